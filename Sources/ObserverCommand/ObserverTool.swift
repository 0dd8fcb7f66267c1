// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The command line: `observer`.
struct ObserverTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "observer",
        abstract: "Watches container fleets, and tells what happened and why.",
        discussion: """
            A flight recorder for Docker containers: it serves their logs, lifecycle
            events and resource use over one HTTP and WebSocket API, records them, and
            plays recordings through the same API.

            Play a recorded incident, which needs no engine:
              observer replay recordings/incident.zst
            Observe this machine's engine:
              observer live
            Then, in another terminal:
              observer tail
            """,
        version: Version.text,
        subcommands: [
            LiveCommand.self, ReplayCommand.self, InfoCommand.self, CatCommand.self, VerifyCommand.self,
            RecoverCommand.self, CutCommand.self, DiffCommand.self,
            TailCommand.self, HealthCommand.self,
        ]
    )
}

/// The version of this program.
enum Version {
    static let text = "0.1.0"
}
