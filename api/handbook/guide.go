package handbook

import (
	"bytes"
	"html/template"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// markdown turns Markdown into HTML. HTML within it is left out, because descriptions of
// a user's models are shown as well.
var markdown = goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithParserOptions(parser.WithAutoHeadingID()))

// prose returns a description as HTML.
func prose(source string) template.HTML {
	var b bytes.Buffer
	if markdown.Convert([]byte(source), &b) != nil {
		return template.HTML(template.HTMLEscapeString(source)) // never: a buffer takes all
	}
	return template.HTML(b.String())
}

// inline returns a description of one paragraph as HTML without the paragraph.
func inline(source string) template.HTML {
	html := strings.TrimSpace(string(prose(source)))
	if strings.Count(html, "<p>") == 1 {
		html = strings.TrimSuffix(strings.TrimPrefix(html, "<p>"), "</p>")
	}
	return template.HTML(html)
}

// A section is a heading of the guide.
type section struct {
	Level     int
	ID, Title string
	text      string // what stands below it
}

// A guidePage is the guide as HTML.
type guidePage struct {
	Title    string
	HTML     template.HTML
	sections []section
	codes    []codeOf
}

// A codeOf is a row of the tables of codes.
type codeOf struct{ id, code, text string }

// readGuide renders the guide.
func readGuide(source string) (guidePage, error) {
	src := []byte(source)
	doc := markdown.Parser().Parse(text.NewReader(src))
	var g guidePage
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok {
			if len(g.sections) > 0 {
				last := &g.sections[len(g.sections)-1]
				last.text += " " + plainText(n, src)
			}
			continue
		}
		id, _ := h.AttributeString("id")
		name, _ := id.([]byte)
		g.sections = append(g.sections, section{Level: h.Level, ID: string(name), Title: plainText(h, src)})
	}
	if len(g.sections) > 0 && g.sections[0].Level == 1 {
		g.Title = g.sections[0].Title
	}
	var b bytes.Buffer
	err := markdown.Renderer().Render(&b, src, doc)
	html, codes := addressCodes(b.String())
	g.HTML, g.codes = template.HTML(finish(html)), codes
	return g, err
}

// plainText returns the text of a node, without marks.
func plainText(n ast.Node, src []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function never fails
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				b.Write(n.Segment.Value(src))
				if n.SoftLineBreak() {
					b.WriteByte(' ')
				}
			}
		case *ast.FencedCodeBlock:
			return ast.WalkSkipChildren, nil
		default:
			if !entering && n.Type() == ast.TypeBlock {
				b.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(b.String())
}

var (
	codeRow    = regexp.MustCompile(`(?s)<tr>\n(?:<td>[0-9]+</td>\n)?<td><code>([A-Za-z_]+)</code></td>\n(.*?)</tr>`)
	tag        = regexp.MustCompile(`<[^>]*>`)
	heading    = regexp.MustCompile(`<h([23]) id="([^"]+)">(.*?)</h[23]>`)
	wideTable  = regexp.MustCompile(`(?s)<table>.*?</table>`)
	codesBegin = `<h2 id="codes-and-what-to-do">`
)

// addressCodes gives each row of the tables of codes an address.
func addressCodes(html string) (string, []codeOf) {
	before, tables, found := strings.Cut(html, codesBegin)
	if !found {
		return html, nil
	}
	var codes []codeOf
	ids := unique{}
	tables = codeRow.ReplaceAllStringFunc(tables, func(row string) string {
		parts := codeRow.FindStringSubmatch(row)
		id := ids.of("code-" + parts[1])
		codes = append(codes, codeOf{id, parts[1], tag.ReplaceAllString(parts[2], " ")})
		return strings.Replace(row, "<tr>", `<tr id="`+id+`">`, 1)
	})
	return before + codesBegin + tables, codes
}

// finish gives each heading a link to itself, and says what the heads of tables are. Tables and blocks scroll by themselves
// where they are too wide, which the keyboard must be able to do as well.
func finish(html string) string {
	html = heading.ReplaceAllString(html, `<h$1 id="$2">$3 <a class="anchor" href="#$2" aria-label="Link to this section">#</a></h$1>`)
	html = wideTable.ReplaceAllString(html, `<div class="wide" tabindex="0" role="region" aria-label="Table">$0</div>`)
	return strings.NewReplacer("<pre>", `<pre tabindex="0">`, "<th>", `<th scope="col">`).Replace(html)
}
