package api

// keyPages lists the pages about keys, the audit and limits.
func (s *server) keyPages() []route { return nil }
