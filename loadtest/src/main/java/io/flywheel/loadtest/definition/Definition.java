package io.flywheel.loadtest.definition;

import io.flywheel.loadtest.api.Feed;
import java.util.List;
import java.util.Map;

/// What annotated classes say, checked.
///
/// @param transactions each after those whose results it wants
/// @param cleanups by the transaction whose results they are for
/// @param feeds by the name of the series
public record Definition(
        List<Class<?>> types,
        List<TransactionMethod> transactions,
        List<Step> setups,
        List<Step> teardowns,
        Map<String, Member> cleanups,
        Map<String, Provider> feeds) {
    /// A method that runs before or after.
    record Step(Member member, boolean oncePerRun) {}

    /// A method that provides a series.
    record Provider(Member member, Feed.Order order) {}

    public Definition {
        types = List.copyOf(types);
        transactions = List.copyOf(transactions);
        setups = List.copyOf(setups);
        teardowns = List.copyOf(teardowns);
        cleanups = Map.copyOf(cleanups);
        feeds = Map.copyOf(feeds);
    }

    /// The names of its transactions, in an order in which each can run after those whose results it wants.
    public List<String> names() {
        return transactions.stream().map(TransactionMethod::name).toList();
    }

    /// The series that its transactions want and it does not provide: the run file must.
    public List<String> feedsWanted() {
        return transactions.stream()
                .flatMap(TransactionMethod::elements)
                .map(Argument.Element::feed)
                .filter(feed -> !feeds.containsKey(feed))
                .distinct()
                .sorted()
                .toList();
    }
}
