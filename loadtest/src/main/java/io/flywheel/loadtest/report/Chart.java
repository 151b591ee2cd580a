package io.flywheel.loadtest.report;

import io.flywheel.loadtest.result.Interval;
import io.flywheel.loadtest.result.Quantities;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/// Drawings as SVG, for a page that needs nothing else.
final class Chart {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 260;
    private static final int LEFT = 70;
    private static final int RIGHT = 16;
    private static final int TOP = 20;
    private static final int BOTTOM = 34;
    private static final List<String> COLOURS = List.of("#2b6cb0", "#c05621", "#2f855a", "#9b2c2c", "#6b46c1");

    private Chart() {}

    /// A line of points; those of which y is not a number are gaps.
    ///
    /// @param earlier it is the one before of an earlier run: drawn in the same colour, with dashes
    record Line(String name, double[] x, double[] y, boolean earlier) {}

    /// Values along an axis with their names.
    record Tick(double at, String name) {}

    /// Times on a logarithmic axis.
    ///
    /// @param lines y in nanoseconds
    static String times(List<Line> lines, List<Tick> ticks) {
        double low = Double.MAX_VALUE;
        double high = 0;
        for (Line line : lines) {
            for (double y : line.y()) {
                if (y > 0) {
                    low = Math.min(low, y);
                    high = Math.max(high, y);
                }
            }
        }
        if (high == 0) {
            return "<p>nothing ended</p>";
        }
        double from = Math.floor(Math.log10(low));
        double to = Math.max(from + 1, Math.ceil(Math.log10(high)));
        var yTicks = new ArrayList<Tick>();
        for (double power = from; power <= to; power++) {
            yTicks.add(new Tick(power, Quantities.time(Math.round(Math.pow(10, power)))));
        }
        var logarithms = lines.stream()
                .map(line -> new Line(
                        line.name(),
                        line.x(),
                        Arrays.stream(line.y())
                                .map(y -> y > 0 ? Math.log10(y) : Double.NaN)
                                .toArray(),
                        line.earlier()))
                .toList();
        return draw(logarithms, ticks, yTicks, from, to);
    }

    /// Numbers on an axis that begins at 0.
    static String numbers(List<Line> lines, List<Tick> ticks, DoubleFunction<String> name) {
        double high = 1e-9;
        for (Line line : lines) {
            for (double y : line.y()) {
                high = Double.isNaN(y) ? high : Math.max(high, y);
            }
        }
        double step = Math.pow(10, Math.floor(Math.log10(high)));
        while (high / step < 3) {
            step /= 2;
        }
        double to = Math.ceil(high / step) * step;
        var yTicks = new ArrayList<Tick>();
        for (double at = 0; at <= to + step / 2; at += step) {
            yTicks.add(new Tick(at, name.apply(at)));
        }
        return draw(lines, ticks, yTicks, 0, to);
    }

    private static String draw(List<Line> lines, List<Tick> xTicks, List<Tick> yTicks, double yFrom, double yTo) {
        double xFrom = xTicks.getFirst().at();
        double xTo = Math.max(xFrom + 1e-9, xTicks.getLast().at());
        var svg = open();
        axes(svg, xTicks, yTicks, xFrom, xTo, yFrom, yTo);
        int colour = -1;
        double legend = LEFT + 8;
        for (Line line : lines) {
            var path = new StringBuilder();
            boolean drawing = false;
            for (int i = 0; i < line.x().length; i++) {
                if (Double.isNaN(line.y()[i])) {
                    drawing = false;
                    continue;
                }
                path.append(String.format(
                        Locale.ROOT,
                        "%s%.1f %.1f",
                        drawing ? "L" : "M",
                        x(line.x()[i], xFrom, xTo),
                        y(line.y()[i], yFrom, yTo)));
                // So that a point without neighbours is a dot.
                path.append(drawing ? "" : "h0");
                drawing = true;
            }
            colour += line.earlier() ? 0 : 1;
            String stroke = COLOURS.get(Math.max(0, colour) % COLOURS.size());
            svg.append("<path d=\"")
                    .append(path)
                    .append("\" fill=\"none\" stroke-width=\"1.6\" stroke-linecap=\"round\"")
                    .append(line.earlier() ? " stroke-dasharray=\"4 4\"" : "")
                    .append(" stroke=\"");
            svg.append(stroke).append("\"/>");
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.0f\" y=\"%d\" fill=\"%s\">%s</text>",
                    legend,
                    TOP - 2,
                    stroke,
                    JunitXml.escaped(line.name())));
            legend += 24 + 6.2 * line.name().length();
        }
        return svg.append("</svg>").toString();
    }

    /// How many latencies fell where, over time: the darker the more.
    static String heat(List<Interval> intervals, double intervalSeconds, List<Tick> xTicks) {
        int first = Interval.CELLS;
        int last = -1;
        int most = 1;
        for (Interval interval : intervals) {
            for (int cell = 0; cell < Interval.CELLS; cell++) {
                if (interval.cells()[cell] > 0) {
                    first = Math.min(first, cell);
                    last = Math.max(last, cell);
                    most = Math.max(most, interval.cells()[cell]);
                }
            }
        }
        if (last < 0) {
            return "<p>nothing ended</p>";
        }
        double xFrom = xTicks.getFirst().at();
        double xTo = Math.max(xFrom + 1e-9, xTicks.getLast().at());
        int yFrom = Math.max(0, first - 1);
        int yTo = last + 2;
        var svg = open();
        var yTicks = new ArrayList<Tick>();
        for (int cell = yFrom; cell <= yTo; cell += Math.max(1, (yTo - yFrom) / 6)) {
            yTicks.add(new Tick(cell, Quantities.time(Interval.cellFromNanos(cell))));
        }
        axes(svg, xTicks, yTicks, xFrom, xTo, yFrom, yTo);
        for (Interval interval : intervals) {
            double left = x(interval.index() * intervalSeconds, xFrom, xTo);
            double right = Math.min(WIDTH - RIGHT, x((interval.index() + 1) * intervalSeconds, xFrom, xTo));
            for (int cell = first; cell <= last; cell++) {
                int count = interval.cells()[cell];
                if (count > 0) {
                    double top = y(cell + 1, yFrom, yTo);
                    svg.append(String.format(
                            Locale.ROOT,
                            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#2b6cb0\""
                                    + " fill-opacity=\"%.2f\"/>",
                            left,
                            top,
                            Math.max(0.5, right - left),
                            y(cell, yFrom, yTo) - top,
                            0.12 + 0.88 * Math.log1p(count) / Math.log1p(most)));
                }
            }
        }
        return svg.append("</svg>").toString();
    }

    private static StringBuilder open() {
        return new StringBuilder(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" xmlns=\"http://www.w3.org/2000/svg\" font-size=\"11\""
                        + " font-family=\"sans-serif\">",
                WIDTH,
                HEIGHT));
    }

    private static void axes(
            StringBuilder svg,
            List<Tick> xTicks,
            List<Tick> yTicks,
            double xFrom,
            double xTo,
            double yFrom,
            double yTo) {
        for (Tick tick : yTicks) {
            double at = y(tick.at(), yFrom, yTo);
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>"
                            + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    LEFT,
                    WIDTH - RIGHT,
                    at,
                    at,
                    LEFT - 6,
                    at + 4,
                    JunitXml.escaped(tick.name())));
        }
        for (Tick tick : xTicks) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>",
                    x(tick.at(), xFrom, xTo),
                    HEIGHT - BOTTOM + 18,
                    // The last name would not fit between the axis and the edge.
                    tick.equals(xTicks.getLast()) ? "end" : "middle",
                    JunitXml.escaped(tick.name())));
        }
    }

    private static double x(double value, double from, double to) {
        return LEFT + (value - from) / (to - from) * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double value, double from, double to) {
        return HEIGHT - BOTTOM - (value - from) / (to - from) * (HEIGHT - TOP - BOTTOM);
    }
}
