//go:build !race

package store_test

import "testing"

func TestAFaultAtEachStatementInSQLite(t *testing.T) { failEach(t, 1, inSQLite) }
