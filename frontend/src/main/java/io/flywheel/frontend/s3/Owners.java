package io.flywheel.frontend.s3;

import io.flywheel.frontend.s3.xml.XmlWriter;
import io.flywheel.namespace.AccountId;

/// How documents name an account.
final class Owners {
    /// The display name of every account: there is only the root.
    static final String DISPLAY_NAME = "root";

    private Owners() {}

    static void write(XmlWriter xml, String element, AccountId account) {
        xml.open(element)
                .element("ID", account.value())
                .element("DisplayName", DISPLAY_NAME)
                .close(element);
    }
}
