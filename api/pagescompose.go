package api

// composePages lists the pages about new updates.
func (s *server) composePages() []route { return nil }
