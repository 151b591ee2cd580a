package io.flywheel.loadtest.export;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Figures in Prometheus's text format, version 0.0.4: `loadtest_executions_total{transaction="get",...} 5`.
final class PrometheusText {
    private PrometheusText() {}

    static String of(List<Family> families) {
        var text = new StringBuilder();
        for (Family family : families) {
            String name = name(family);
            text.append("# HELP ")
                    .append(name)
                    .append(' ')
                    .append(family.help())
                    .append('\n');
            text.append("# TYPE ").append(name).append(' ');
            text.append(family.kind().name().toLowerCase(Locale.ROOT)).append('\n');
            for (var point : family.points()) {
                switch (point) {
                    case Family.Point.Value(var labels, double value) -> line(text, name, labels, value);
                    case Family.Point.Spread spread -> spread(text, name, spread);
                }
            }
        }
        return text.toString();
    }

    private static String name(Family family) {
        String unit = switch (family.unit()) {
            case "s" -> "_seconds";
            case "By" -> "_bytes";
            default -> "";
        };
        return family.name().replace('.', '_') + unit + (family.kind() == Family.Kind.COUNTER ? "_total" : "");
    }

    private static void spread(StringBuilder text, String name, Family.Point.Spread spread) {
        long below = 0;
        for (int i = 0; i < Figures.BOUNDS_SECONDS.size(); i++) {
            below += spread.counts().get(i);
            var labels = new LinkedHashMap<>(spread.labels());
            labels.put("le", number(Figures.BOUNDS_SECONDS.get(i)));
            line(text, name + "_bucket", labels, (double) below);
        }
        var labels = new LinkedHashMap<>(spread.labels());
        labels.put("le", "+Inf");
        line(text, name + "_bucket", labels, (double) spread.count());
        line(text, name + "_sum", spread.labels(), spread.sum());
        line(text, name + "_count", spread.labels(), (double) spread.count());
    }

    private static void line(StringBuilder text, String name, Map<String, String> labels, double value) {
        text.append(name);
        if (!labels.isEmpty()) {
            var words = new ArrayList<String>();
            labels.forEach((label, word) -> words.add(label + "=\"" + escaped(word) + "\""));
            text.append('{').append(String.join(",", words)).append('}');
        }
        text.append(' ').append(number(value)).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
