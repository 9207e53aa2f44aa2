package bench

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
)

var (
	costly = flag.Int("costly", 500, "customers of the benchmarks with filters at the limits")
	terms  = flag.Int("terms", 1000, "conditions of a filter at the limits")
)

// mostValues is how many values a filter may compare with.
const mostValues = 10_000

// The paths and the text that a filter at the limits reads; paths cost about
// twice as much as texts. Each condition reads another than the one before, so
// that no two can be joined into one list.
var readFields = []string{"custom.remark", "custom.plan", "note", "custom.owner"}

// clients are n customers of the model clientsuccess, which has open paths.
func clients(n int) stock {
	return stock{"clientsuccess", n, func() io.Reader {
		r, w := io.Pipe()
		go func() {
			out := bufio.NewWriter(w)
			for id := 1; id <= n; id++ {
				fmt.Fprintf(out, clientLine, id, id, id, id%240, id%7, id%3, id%50, id)
			}
			w.CloseWithError(out.Flush())
		}()
		return r
	}}
}

const clientLine = `{"id":%d,"name":"Elm and Elder %d","status":"ACTIVE","active":true,"externalId":"crm-%d","street":"Eleventh Street %d",` +
	`"city":"City %d","siteUrl":"https://www.example.com/clients","note":"Seen every week; the contract ends at the end of the year.",` +
	`"custom":{"plan":"p%d","owner":"Eve %d","remark":"Expects an answer every evening, even at the weekend","seats":%d,"trial":false}}` + "\n"

// matchesAll matches every customer, and matchesNone none of them: not by their
// form, and only after each of n conditions was evaluated for each customer.
func matchesAll(n int) string  { return spread(n, "$and", "$or", absent, present) }
func matchesNone(n int) string { return spread(n, "$or", "$and", present, absent) }

// absent is false for every customer, and present true for every one.
func absent(i int) string {
	return fmt.Sprintf(`{"%s":{"$contains":"e%x!"}}`, readFields[i%len(readFields)], i)
}

func present(i int) string {
	return fmt.Sprintf(`{"%s":{"$not":{"$contains":"e%x!"}}}`, readFields[i%len(readFields)], i)
}

// spread joins n conditions in pairs of which the first does not decide.
func spread(n int, outer, inner string, first, second func(int) string) string {
	text := []byte(`{"` + outer + `":[`)
	for i := 0; i+1 < n; i += 2 {
		if i > 0 {
			text = append(text, ',')
		}
		text = fmt.Appendf(text, `{"%s":[%s,%s]}`, inner, first(i), second(i+1))
	}
	return string(text) + `]}`
}

// atTheLimits is a filter of as many conditions and values as may be, which
// matches every customer.
func atTheLimits() json.RawMessage {
	list := make([]byte, 0, mostValues*10)
	for i := range mostValues - *terms {
		list = fmt.Appendf(list, `,"no-%d"`, i)
	}
	return raw(fmt.Sprintf(`{"$and":[%s,{"externalId":{"$nin":[%s]}}]}`, matchesAll(*terms-2), list[1:]))
}
