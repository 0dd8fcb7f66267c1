// SPDX-License-Identifier: Apache-2.0

internal import Observer

extension Operation.Parameter {
    private static let text = #"{"type":"string","minLength":1}"#
    private static let number = #"{"type":"integer","minimum":0}"#
    private static let time =
        #"{"type":"string","minLength":1,"examples":["2026-11-23T10:45:47Z","10m","+90s","@deploy-30s"]}"#

    static let all = Self(
        name: "all",
        description: "Whether stopped containers and those that are gone are listed too.",
        schema: #"{"type":"boolean","default":false}"#
    )
    static let at = Self(
        name: "at",
        description: "Answers as of that time, where a recording is written or played; else 409.",
        schema: time
    )
    static let container = Self(
        name: "container",
        description: "Names of containers: a name, a pattern with * ? [a-z], or the beginning of an id.",
        schema: text,
        isRepeatable: true
    )
    static let label = Self(
        name: "label",
        description: "A label that containers must have: KEY=VALUE, or KEY for any value. All of them must hold.",
        schema: text,
        isRepeatable: true
    )
    static let types = Self(
        name: "types",
        description: "Types of messages, with commas between them; without it everything but stats.",
        schema: text,
        isRepeatable: true
    )
    static let level = Self(
        name: "level",
        description: "The lowest level of log lines.",
        schema: #"{"enum":["DEBUG","INFO","WARNING","ERROR","CRITICAL"]}"#
    )
    static let stream = Self(
        name: "stream",
        description: "The stream that log lines were written to.",
        schema: #"{"enum":["stdout","stderr"]}"#
    )
    static let substring = Self(name: "q", description: "A text that log lines hold.", schema: text)
    static let pattern = Self(
        name: "re",
        description: "A regular expression (PCRE2) that log lines match.",
        schema: text
    )
    static let since = Self(
        name: "since",
        description: "The lowest timestamp: RFC 3339, 10m (ago), +90s (after the start), @mark or @mark-30s.",
        schema: time
    )
    static let until = Self(name: "until", description: "The highest timestamp, in the grammar of since.", schema: time)
    static let after = Self(
        name: "after",
        description: "The seq of the last message that the client has; goes on behind it, and takes the place of tail.",
        schema: number
    )
    static let run = Self(name: "run", description: "The run that after belongs to.", schema: text)
    static let tail = Self(
        name: "tail",
        description: "How many recent log lines of each container come first.",
        schema: #"{"type":"integer","minimum":0,"maximum":\#(TailScan.totalLimit),"default":\#(TailScan.standard)}"#
    )
    static let pageTail = Self(
        name: "tail",
        description: "How many recent log lines of each container are wanted, instead of everything.",
        schema: #"{"type":"integer","minimum":0,"maximum":\#(TailScan.totalLimit)}"#
    )
    static let wait = Self(
        name: "wait",
        description: "Whether to wait for a container that is not known yet, instead of an error.",
        schema: #"{"type":"boolean","default":false}"#
    )
    static let limit = Self(
        name: "limit",
        description: "How many messages are wanted at most.",
        schema: #"{"type":"integer","minimum":1,"maximum":\#(HistoryPage.largestLimit),"#
            + #""default":\#(HistoryPage.standardLimit)}"#
    )
    static let order = Self(
        name: "order",
        description: "Which end of history the messages are taken from; they come oldest first either way.",
        schema: #"{"enum":["oldest","newest"],"default":"oldest"}"#
    )

    /// What streams and history have in common.
    static let filters = [types, container, label, level, stream, substring, pattern, since, until, after, run]

    /// A parameter of the path.
    static func path(_ name: String, _ description: String) -> Self {
        Self(name: name, place: .path, description: description, schema: text)
    }
}
