package api

// customerPages lists the pages about customers.
func (s *server) customerPages() []route { return nil }
