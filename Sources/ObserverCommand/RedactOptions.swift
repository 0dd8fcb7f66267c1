// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ObserverModel
import Patterns
import Recorder
import Redaction

/// The options of redaction.
struct RedactOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Mask what this regular expression matches in lines, or its group 'secret'. Repeatable. [env: OBSERVER_REDACT, one a line]",
            valueName: "regex"
        )
    )
    var redact: [String] = []

    @Flag(
        name: .long,
        help: "Mask tokens, keys, passwords and cookies that are known by their form. [env: OBSERVER_REDACT_SECRETS]"
    )
    var redactSecrets = false

    /// What redacts; `nil` where nothing is to be.
    func redactor(_ environment: Environment) throws -> Redactor? {
        var patterns = redact
        if patterns.isEmpty, let text = environment["OBSERVER_REDACT"] {
            // Between lines, since a pattern may have commas.
            patterns = text.split(separator: "\n").map { String($0) }
        }
        let masksSecrets = try environment.flag(redactSecrets, "OBSERVER_REDACT_SECRETS")
        do throws(PatternRefusal) {
            let redactor = try Redactor(patterns: patterns, secrets: masksSecrets)
            return redactor.isIdle ? nil : redactor
        } catch {
            throw CommandFailure.usage("the pattern of --redact \(error.reason)")
        }
    }
}

/// A redactor for the tools of recordings.
struct RecordingRedaction: RecordingRedactor {
    let redactor: Redactor

    func redact(_ observation: inout Observation) {
        redactor.redact(&observation)
    }

    func redact(_ snapshot: inout StateSnapshot) {
        snapshot.json = redactor.redact(json: snapshot.json[...], kind: .snapshot)
    }
}
