"""Every procedure, through every door: the same answers give the same data, whoever typed them and wherever."""
