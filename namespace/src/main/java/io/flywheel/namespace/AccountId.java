package io.flywheel.namespace;

import static io.flywheel.base.Check.check;

/// An account by its canonical user id: 64 hexadecimal digits.
public record AccountId(String value) {
    public AccountId {
        check(value.length() == 64, "a canonical user id has 64 digits");
    }
}
