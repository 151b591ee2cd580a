package io.flywheel.loadtest.api;

/// The version of this API. The manifest of its jar has it as `Loadtest-Api`, and a bundle's manifest should say there
/// which one it was built with. A bundle runs where the major numbers are equal and its minor number is not larger.
public record ApiVersion(int major, int minor) {
    /// The version that this jar is.
    public static final ApiVersion CURRENT = new ApiVersion(1, 0);

    /// @throws IllegalArgumentException when {@code text} is not two numbers with a dot between them
    public static ApiVersion parse(String text) {
        String[] numbers = text.strip().split("\\.", -1);
        if (numbers.length != 2 || !isNumber(numbers[0]) || !isNumber(numbers[1])) {
            throw new IllegalArgumentException("'" + text + "' is not a version such as " + CURRENT);
        }
        return new ApiVersion(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
    }

    /// Whether a bundle that was built with {@code built} can run with this version.
    public boolean runs(ApiVersion built) {
        return built.major == major && built.minor <= minor;
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }

    private static boolean isNumber(String text) {
        return text.matches("[0-9]{1,6}");
    }
}
