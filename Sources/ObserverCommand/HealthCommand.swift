// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Bytes
import EngineClient
import Logging

/// `observer health`: ask a running observer whether all is well.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask a running observer whether it is healthy.",
        discussion: """
            Exits with 0 when it is healthy, 1 when it is degraded (the engine is away,
            say), and 4 when it does not answer. Made for HEALTHCHECK.

            EXAMPLES
              observer health
              observer health http://127.0.0.1:9001
            """
    )

    /// How long an answer may take: HEALTHCHECK's own default is 30 s, and a healthy observer needs milliseconds.
    private static let deadline = Duration.seconds(5)

    @Argument(help: "The observer's URL. [env: OBSERVER_URL, default: http://127.0.0.1:8001]")
    var url: String?

    func run() async throws {
        let address = try ObserverAddress.resolve(url, .process)
        let health = try await Self.health(of: address)
        StandardOutput.write(health.text + "\n")
        if !health.isHealthy { throw ExitCode(ExitStatus.negative.rawValue) }
    }

    private static func health(of address: ObserverAddress) async throws -> Health {
        do {
            let endpoint = EngineEndpoint(address: .tcp(host: address.host, port: address.port))
            let client = try DockerClient(
                endpoint: endpoint,
                logger: Logger(label: "observer") { _ in SwiftLogNoOpLogHandler() }
            )
            defer { client.shutdown() }
            let response = try await client.get("/health", limit: 64 << 10, deadline: deadline)
            guard let health = Health(response.body) else {
                throw CommandFailure.unreachable("What answers at \(address) is no observer")
            }
            return health
        } catch let error as EngineError {
            guard error.status == nil else {
                throw CommandFailure.unreachable(
                    "What answers at \(address) is no observer: it answered \(error.status ?? 0)"
                )
            }
            throw CommandFailure.unreachable(
                "No observer answers at \(address) (\(error.message)). Is it running? Start it with: observer live"
            )
        }
    }
}

/// What `/health` says.
struct Health: Sendable, Hashable {
    var status: String
    var reasons: [String]

    init?(_ body: [UInt8]) {
        guard let document = try? JSONDocument(body[...]), let status = document.root["status"]?.string else {
            return nil
        }
        self.status = status
        reasons = document.root["reasons"]?.elements.compactMap(\.string) ?? []
    }

    var isHealthy: Bool { status == "healthy" }

    /// The state in a line, and each reason in one.
    var text: String { ([status] + reasons.map { "  " + $0 }).joined(separator: "\n") }
}

extension Health {
    /// The sentence in an error's body, `{"error":…,"code":…}`.
    static func errorText(_ body: String) -> String? {
        try? JSONDocument(Array(body.utf8)[...]).root["error"]?.string
    }
}
