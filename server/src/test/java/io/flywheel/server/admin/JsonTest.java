package io.flywheel.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

final class JsonTest {
    private static Json sample() {
        return new Json()
                .with("text", "a \"quoted\" \\ line\nand \u0001 \u2028 é 😀")
                .with("number", Long.MAX_VALUE)
                .with("real", 0.5)
                .with("truth", true)
                .with("there", Optional.of(1))
                .with("absent", Optional.empty())
                .with("empty", List.of())
                .with("object", new Json().with("a.b", 1))
                .with("list", List.of(new Json().with("x", 1), new Json().with("x", 2)))
                .with("texts", List.of("a", "b"));
    }

    @Test
    void shouldWriteWhatOthersRead() {
        var tree = new JsonMapper().readTree(sample().toString());
        assertThat(tree.get("text").asString()).isEqualTo(sample().text("text"));
        assertThat(tree.get("number").asLong()).isEqualTo(Long.MAX_VALUE);
        assertThat(tree.get("there").asInt()).isEqualTo(1);
        assertThat(tree.has("absent")).isFalse();
        assertThat(tree.get("object").get("a.b").asInt()).isEqualTo(1);
        assertThat(tree.get("list").get(1).get("x").asInt()).isEqualTo(2);
    }

    @Test
    void shouldReadWhatItWrote() {
        var read = Json.parse(sample().toString());
        assertThat(read.text("text")).isEqualTo(sample().text("text"));
        assertThat(read.number("number")).isEqualTo(Long.MAX_VALUE);
        assertThat(read.real("real")).isEqualTo(0.5);
        assertThat(read.truth("truth")).isTrue();
        assertThat(read.object("object").number("a.b")).isEqualTo(1);
        assertThat(read.objects("list")).extracting(each -> each.number("x")).containsExactly(1L, 2L);
        assertThat(read.texts("texts")).containsExactly("a", "b");
        assertThat(read.has("absent")).isFalse();
        assertThat(read.number("absent")).isZero();
        assertThat(read.objects("absent")).isEmpty();
    }

    @Test
    void shouldRefuseWhatIsNoObject() {
        assertThatThrownBy(() -> Json.parse("<html>")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Json.parse("[1]")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Json.parse("{\"a\": ")).isInstanceOf(IllegalArgumentException.class);
    }
}
