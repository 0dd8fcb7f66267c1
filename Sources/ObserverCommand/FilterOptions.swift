// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The API's filters as options.
struct FilterOptions: ParsableArguments {
    @Option(name: .long, help: "A container's name, or a pattern. Repeatable. [env: OBSERVER_CONTAINER]")
    var container: [String] = []

    @Option(name: .long, help: "A label that the container must have, KEY=VALUE. Repeatable. [env: OBSERVER_LABEL]")
    var label: [String] = []

    @Option(
        name: .long,
        help: "The least level of log lines: DEBUG, INFO, WARNING, ERROR or CRITICAL. [env: OBSERVER_LEVEL]"
    )
    var level: String?

    @Option(name: .long, help: "Only log lines of this stream: stdout or stderr. [env: OBSERVER_STREAM]")
    var stream: String?

    @Option(name: .customShort("q"), help: "Only log lines that contain this text. [env: OBSERVER_Q]")
    var text: String?

    @Option(name: .long, help: "Only log lines that this regular expression matches. [env: OBSERVER_RE]")
    var re: String?

    @Option(
        name: .long,
        help: "Types of messages, such as log,event,stats; all but stats by default. [env: OBSERVER_TYPES]"
    )
    var types: String?

    @Option(name: .long, help: "Only what happened since a time: RFC 3339, 10m (ago), @mark. [env: OBSERVER_SINCE]")
    var since: String?

    @Option(name: .long, help: "Only what happened up to a time. [env: OBSERVER_UNTIL]")
    var until: String?

    /// The filters as names and values of a query, not encoded.
    func parameters(_ environment: Environment) -> [(name: String, value: String)] {
        var query: [(name: String, value: String)] = []
        query += environment.list(container, "OBSERVER_CONTAINER").map { ("container", $0) }
        query += environment.list(label, "OBSERVER_LABEL").map { ("label", $0) }
        let single = [
            ("level", environment.text(level, "OBSERVER_LEVEL")),
            ("stream", environment.text(stream, "OBSERVER_STREAM")),
            ("q", environment.text(text, "OBSERVER_Q")), ("re", environment.text(re, "OBSERVER_RE")),
            ("types", environment.text(types, "OBSERVER_TYPES")), ("since", environment.text(since, "OBSERVER_SINCE")),
            ("until", environment.text(until, "OBSERVER_UNTIL")),
        ]
        for case (let name, let value?) in single { query.append((name, value)) }
        return query
    }
}
