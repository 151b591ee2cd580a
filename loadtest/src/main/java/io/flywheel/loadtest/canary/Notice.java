package io.flywheel.loadtest.canary;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/// What others are told of an alarm, as it is sent to the webhook.
///
/// @param event `alarm`, `spread`, `recovered` or `dropped`
/// @param at when
record Notice(String event, Instant at, Incident incident, String target) {
    /// As an object for JSON. `text` says it in one line, which is what chat systems show.
    Map<String, Object> fields() {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("event", event);
        fields.put("text", text());
        fields.put("incident", incident.id());
        fields.put("target", target);
        fields.put("at", at.toString());
        fields.put("began", incident.began().toString());
        var transactions = new ArrayList<Map<String, Object>>();
        incident.affected().forEach((name, affected) -> {
            var one = new LinkedHashMap<String, Object>();
            one.put("name", name);
            one.put("failures", affected.failures());
            one.put("executions", affected.executions());
            affected.lastSuccess().ifPresent(success -> one.put("lastSuccess", success.toString()));
            transactions.add(one);
        });
        fields.put("transactions", transactions);
        if (!incident.failures().isEmpty()) {
            var last = incident.failures().getLast();
            fields.put("failure", last.reason());
            fields.put("requestIds", last.outcome().requestIds());
        }
        return fields;
    }

    private String text() {
        String names = String.join(", ", incident.affected().keySet());
        return switch (event) {
            case "recovered" ->
                target + ": " + names + " recovered, "
                        + incident.lasted()
                                .map(lasted -> lasted.toSeconds() + " s")
                                .orElse("some time")
                        + " after the first failure";
            case "dropped" -> target + ": " + names + " is not watched any more, it may still fail";
            default ->
                target + ": " + names + (incident.affected().size() == 1 ? " fails" : " fail") + " since "
                        + incident.began()
                        + (incident.failures().isEmpty()
                                ? ""
                                : ": " + incident.failures().getLast().reason());
        };
    }
}
