package io.flywheel.loadtest.export;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// Figures as an `ExportMetricsServiceRequest` of OTLP 1.0 in JSON. Whole 64-bit numbers are texts there.
final class OtlpJson {
    private static final int CUMULATIVE = 2;
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private OtlpJson() {}

    /// @param beganMillis since when counters count
    static String of(List<Family> families, String target, long beganMillis, long nowMillis) {
        var metrics = families.stream()
                .filter(family -> !family.points().isEmpty())
                .map(family -> metric(family, beganMillis, nowMillis))
                .toList();
        var resource = Map.of("attributes", attributes(labels("service.name", "loadtest", "loadtest.target", target)));
        var scope = Map.of("scope", Map.of("name", "io.flywheel.loadtest"), "metrics", metrics);
        return MAPPER.writeValueAsString(
                Map.of("resourceMetrics", List.of(Map.of("resource", resource, "scopeMetrics", List.of(scope)))));
    }

    private static Map<String, String> labels(String name, String value, String otherName, String otherValue) {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put(name, value);
        labels.put(otherName, otherValue);
        return labels;
    }

    private static Map<String, Object> metric(Family family, long beganMillis, long nowMillis) {
        var points = family.points().stream()
                .map(point -> point(point, beganMillis, nowMillis))
                .toList();
        var metric = new LinkedHashMap<String, Object>();
        metric.put("name", family.name());
        metric.put("description", family.help());
        metric.put("unit", family.unit());
        switch (family.kind()) {
            case COUNTER ->
                metric.put(
                        "sum", Map.of("aggregationTemporality", CUMULATIVE, "isMonotonic", true, "dataPoints", points));
            case GAUGE -> metric.put("gauge", Map.of("dataPoints", points));
            case HISTOGRAM ->
                metric.put("histogram", Map.of("aggregationTemporality", CUMULATIVE, "dataPoints", points));
        }
        return metric;
    }

    private static Map<String, Object> point(Family.Point point, long beganMillis, long nowMillis) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("attributes", attributes(point.labels()));
        fields.put("startTimeUnixNano", beganMillis + "000000");
        fields.put("timeUnixNano", nowMillis + "000000");
        switch (point) {
            case Family.Point.Value(var _, double value) -> fields.put("asDouble", value);
            case Family.Point.Spread(var _, var counts, long count, double sum) -> {
                fields.put("count", Long.toString(count));
                fields.put("sum", sum);
                fields.put("bucketCounts", counts.stream().map(String::valueOf).toList());
                fields.put("explicitBounds", Figures.BOUNDS_SECONDS);
            }
        }
        return fields;
    }

    private static List<Map<String, Object>> attributes(Map<String, String> labels) {
        var attributes = new ArrayList<Map<String, Object>>();
        labels.forEach((name, value) -> attributes.add(Map.of("key", name, "value", Map.of("stringValue", value))));
        return attributes;
    }
}
