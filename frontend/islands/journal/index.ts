/** The auditor's journal: looks only. */
import "../../styles/journal.css";
