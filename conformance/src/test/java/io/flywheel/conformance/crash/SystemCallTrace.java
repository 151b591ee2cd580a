package io.flywheel.conformance.crash;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The output of `strace -f -yy`, in the order in which calls began and ended.
final class SystemCallTrace {

    private static final Pattern BEGUN = Pattern.compile("^(\\d+) +(\\w+)\\((.*)$", Pattern.DOTALL);
    private static final Pattern RESUMED = Pattern.compile("^(\\d+) +<\\.\\.\\. (\\w+) resumed>(.*)$", Pattern.DOTALL);
    private static final Pattern RESULT = Pattern.compile(" = (-?\\d+)[^=]*$");
    private static final Pattern DESCRIPTOR = Pattern.compile("^(\\d+)<([^>]*)>");
    private static final Pattern OPENED = Pattern.compile("\"([^\"]*)\", ([A-Z_|]+)");

    private final List<Call> calls = new ArrayList<>();

    /// A system call: `begun` and `ended` are line numbers, `ended` is the last line's successor for one that never
    /// ended; `result` is negative for one that failed.
    private record Call(String name, String arguments, int begun, int ended, long result) {

        int descriptor() {
            Matcher matcher = DESCRIPTOR.matcher(arguments);
            return matcher.find() ? Integer.parseInt(matcher.group(1)) : -1;
        }

        boolean isWrite() {
            return name.startsWith("pwrite") || name.equals("write") || name.equals("writev");
        }

        boolean isFlush() {
            return name.equals("fsync") || name.equals("fdatasync");
        }

        boolean isOnSocket() {
            Matcher matcher = DESCRIPTOR.matcher(arguments);
            return matcher.find()
                    && (matcher.group(2).startsWith("TCP") || matcher.group(2).startsWith("socket:"));
        }

        boolean isOnFile() {
            Matcher matcher = DESCRIPTOR.matcher(arguments);
            return matcher.find() && matcher.group(2).startsWith("/");
        }
    }

    /// Takes the lines of a trace.
    SystemCallTrace(List<String> lines) {
        Map<String, Call> running = new HashMap<>();
        for (int line = 0; line < lines.size(); line++) {
            Matcher resumed = RESUMED.matcher(lines.get(line));
            if (resumed.matches()) {
                Call call = running.remove(resumed.group(1));
                if (call != null) {
                    calls.add(new Call(
                            call.name(),
                            call.arguments() + resumed.group(3),
                            call.begun(),
                            line,
                            result(resumed.group(3))));
                }
                continue;
            }
            Matcher begun = BEGUN.matcher(lines.get(line));
            if (begun.matches()) {
                String arguments = begun.group(3);
                Call call = new Call(begun.group(2), arguments, line, lines.size(), -1);
                if (arguments.endsWith("<unfinished ...>")) {
                    running.put(begun.group(1), call);
                } else {
                    calls.add(new Call(call.name(), arguments, line, line, result(arguments)));
                }
            }
        }
        calls.addAll(running.values());
    }

    private static long result(String tail) {
        Matcher matcher = RESULT.matcher(tail);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
    }

    /// How many bytes that belong to writes with `text` in them were persistent when the answer with `answerText` began
    /// to be sent: written to a file opened for synchronous writes, or flushed after the write.
    long bytesPersistentBeforeAnswer(String text, String answerText) {
        Call answer = calls.stream()
                .filter(call -> call.isOnSocket() && call.arguments().contains(answerText))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no answer with " + answerText + " in the trace"));
        return calls.stream()
                .filter(call -> call.isWrite() && call.isOnFile() && call.result() > 0)
                .filter(call -> call.arguments().contains(text))
                .filter(call -> call.ended() < answer.begun())
                .filter(call -> isSynchronous(call) || isFlushed(call, answer))
                .mapToLong(Call::result)
                .sum();
    }

    private boolean isSynchronous(Call write) {
        Call opened = null;
        for (Call call : calls) {
            if (call.name().equals("openat") && call.result() == write.descriptor() && call.ended() < write.begun()) {
                if (opened == null || opened.ended() < call.ended()) {
                    opened = call;
                }
            }
        }
        if (opened == null) {
            return false;
        }
        Matcher flags = OPENED.matcher(opened.arguments());
        return flags.find()
                && (flags.group(2).contains("O_DSYNC") || flags.group(2).contains("O_SYNC"));
    }

    private boolean isFlushed(Call write, Call answer) {
        return calls.stream()
                .anyMatch(call -> call.isFlush()
                        && call.result() == 0
                        && call.descriptor() == write.descriptor()
                        && call.begun() > write.ended()
                        && call.ended() < answer.begun());
    }
}
