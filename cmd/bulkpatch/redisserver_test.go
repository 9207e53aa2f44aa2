package main

import "testing"

func TestServersThatSpeakForRedisAreNamed(t *testing.T) {
	for info, want := range map[string]string{
		"# Server\r\nredis_version:7.2.4\r\nos:Linux\r\n":                                      "Redis 7.2.4",
		"# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\n":    "Valkey 8.0.1",
		"# Server\nredis_mode:standalone\nredis_version:7.4.0\ndragonfly_version:df-v1.27.1\n": "Dragonfly df-v1.27.1",
		"": "", "redis_version:\n": "",
	} {
		if got := serverName(info); got != want {
			t.Errorf("%q is %q", info, got)
		}
	}
}
