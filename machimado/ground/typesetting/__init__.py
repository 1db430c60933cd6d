"""Forms on paper: Typst in process, fonts, the characters that they lack, and QR codes."""
