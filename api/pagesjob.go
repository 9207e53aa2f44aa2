package api

// jobPages lists the pages about jobs.
func (s *server) jobPages() []route { return nil }
