package io.flywheel.loadtest.report;

/// Text from outside on its way to a terminal, which obeys control characters.
public final class Printable {
    private Printable() {}

    /// The text with a mark in place of each control character.
    public static String of(String text) {
        boolean clean = text.codePoints().noneMatch(Printable::isControl);
        if (clean) {
            return text;
        }
        var printable = new StringBuilder();
        text.codePoints().forEach(point -> printable.appendCodePoint(isControl(point) ? 0xfffd : point));
        return printable.toString();
    }

    /// Also those that turn the direction of writing.
    private static boolean isControl(int point) {
        int type = Character.getType(point);
        return type == Character.CONTROL || type == Character.FORMAT || type == Character.LINE_SEPARATOR;
    }
}
