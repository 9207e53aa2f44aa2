package main

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"bulkpatch/api"
	"bulkpatch/api/web"
	"bulkpatch/model/table"
)

// listen reads the settings of the API: where it listens, whom it believes, and
// how much it accepts.
func (r *reader) listen(f listenFlags) {
	r.s.addr = r.address("--addr", f.Addr)
	r.s.maxBody = r.size("--max-body", f.MaxBody, 64<<10, 16<<20)
	r.s.maxFile = r.size("--max-file", f.MaxFile, 64<<10, table.MaxFile)
	r.s.maxOpenJobs = r.integer("--max-open-jobs", f.MaxOpenJobs, 1_000_000)
	r.s.rate = r.rate(f.Rate)
	r.s.proxies = r.proxies(f.TrustedProxies)
	r.s.origins = r.origins(f.CORSOrigins)
	r.s.certificate = r.certificate(f.TLSCert, f.TLSKey)
}

func (r *reader) address(flag, text string) string {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		r.fault(flag, "%q is not HOST:PORT", text)
		return ""
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		r.fault(flag, "%q has no port from 0 to 65535", text)
	}
	return text
}

// rate reads a number of calls a second; 0 for no limit.
func (r *reader) rate(text string) int {
	if text == "" {
		return 0
	}
	number, ok := strings.CutSuffix(text, "/s")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n < 1 || n > api.MaxRate {
		r.fault("--rate", "%q is not N/s with a whole number from 1 to %d, such as 50/s", text, api.MaxRate)
	}
	return n
}

// list splits a flag that takes several values, separated by commas.
func list(text string) []string {
	var items []string
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// proxies reads addresses and networks of proxies.
func (r *reader) proxies(text string) web.Proxies {
	var all web.Proxies
	for _, item := range list(text) {
		network, err := netip.ParsePrefix(item)
		if err != nil {
			address, notAddress := netip.ParseAddr(item)
			network, err = netip.PrefixFrom(address, address.BitLen()), notAddress
		}
		if err != nil {
			r.fault("--trusted-proxies", "%q is neither an IP address nor a network such as 10.0.0.0/8", item)
			continue
		}
		if a := network.Addr(); a.Is4In6() && network.Bits() >= 96 { // as callers are compared
			network = netip.PrefixFrom(a.Unmap(), network.Bits()-96)
		}
		all = append(all, network)
	}
	return all
}

// origins reads the origins of web pages, in the form in which browsers send
// them.
func (r *reader) origins(text string) []string {
	items := list(text)
	if slices.Contains(items, "*") {
		if len(items) > 1 {
			r.fault("--cors-origins", `"*" stands for every origin: give it alone`)
		}
		return items
	}
	for i, item := range items {
		u, err := url.Parse(strings.ToLower(item))
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.String() != u.Scheme+"://"+u.Host ||
			strings.ContainsFunc(u.Host, func(c rune) bool { return c > '~' || c == '*' }) {
			r.fault("--cors-origins", "%q is not an origin such as https://app.example.com, without a path", item)
			continue
		}
		usual := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
		items[i] = u.Scheme + "://" + strings.TrimSuffix(u.Host, usual)
	}
	return items
}
