package io.flywheel.loadtest.report;

/// A page as it is written, well-formed also as XML. Whatever comes from outside goes through it as text.
final class HtmlPage {
    private static final String STYLE = "body{font:14px sans-serif;max-width:900px;margin:2em auto;color:#222}"
            + "table{border-collapse:collapse;width:100%}td,th{padding:3px 8px;text-align:right;"
            + "border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}"
            + ".PASS,.held{color:#2f855a}.FAIL,.broken{color:#9b2c2c}.INVALID{color:#c05621}svg{width:100%}"
            + "h2{margin-top:2em}";

    private final StringBuilder html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head>"
            + "<meta charset=\"utf-8\"/>"
            // Nothing may be loaded or run, whatever a name looks like.
            + "<meta http-equiv=\"Content-Security-Policy\""
            + " content=\"default-src 'none'; style-src 'unsafe-inline'\"/>");

    HtmlPage(String title) {
        html.append("<title>").append(escaped(title)).append("</title><style>");
        html.append(STYLE).append("</style></head><body>\n");
    }

    /// @param level 1 to 3
    /// @param style a class of this page's style, or empty
    void heading(int level, String style, String text) {
        html.append("<h").append(level).append(" class=\"").append(style).append("\">");
        html.append(escaped(text)).append("</h").append(level).append(">\n");
    }

    void paragraph(String text) {
        html.append("<p>").append(escaped(text)).append("</p>\n");
    }

    void beginTable(String... names) {
        html.append("<table><tr>");
        for (String name : names) {
            html.append("<th>").append(escaped(name)).append("</th>");
        }
        html.append("</tr>\n");
    }

    /// @param style a class of this page's style, or empty
    void row(String style, String... cells) {
        html.append("<tr class=\"").append(style).append("\">");
        for (String cell : cells) {
            html.append("<td>").append(escaped(cell)).append("</td>");
        }
        html.append("</tr>\n");
    }

    void endTable() {
        html.append("</table>\n");
    }

    /// A drawing of {@link Chart}.
    void drawing(String svg) {
        html.append(svg).append('\n');
    }

    String end() {
        return html.append("</body></html>\n").toString();
    }

    private static String escaped(String text) {
        return JunitXml.escaped(text);
    }
}
