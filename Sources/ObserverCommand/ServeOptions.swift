// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Logging
import Server

/// The options of all commands that serve the API.
struct ServeOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The address to serve on. Any but a loopback address needs a token. [env: OBSERVER_HOST, default: 127.0.0.1]",
            valueName: "address"
        )
    )
    var host: String?

    @Option(name: .long, help: "The port to serve on; 0 picks a free one. [env: OBSERVER_PORT, default: 8001]")
    var port: Int?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A file that holds the token that clients must show. [env: OBSERVER_TOKEN_FILE; OBSERVER_TOKEN holds the token itself]",
            valueName: "file"
        )
    )
    var tokenFile: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "An origin whose pages may use the API from a browser, such as https://dash.example. Repeatable. [env: OBSERVER_ALLOW_ORIGIN]",
            valueName: "origin"
        )
    )
    var allowOrigin: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A host name by which clients may call a server on a loopback address. Repeatable. [env: OBSERVER_ALLOW_HOST]",
            valueName: "name"
        )
    )
    var allowHost: [String] = []

    @Flag(
        name: .long,
        help: "Serve on any address without a token: everybody who reaches it reads all logs. [env: OBSERVER_INSECURE]"
    )
    var insecure = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The memory for messages that clients can ask for again. [env: OBSERVER_HISTORY, default: 64MiB]",
            valueName: "size"
        )
    )
    var history: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "What is logged on standard error: trace, debug, info, notice, warning, error or critical. [env: OBSERVER_LOG_LEVEL, default: info]",
            valueName: "level"
        )
    )
    var logLevel: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A file that receives one line of JSON with the URLs once they are served. [env: OBSERVER_READY_FILE]",
            valueName: "file"
        )
    )
    var readyFile: String?
}

/// The options of all commands that serve, with the environment's share, checked.
struct ServeSettings: Sendable {
    /// The least memory for history: what a few busy seconds make.
    private static let leastHistory = 1 << 20

    var host: String
    var port: Int
    var access: AccessConfiguration
    var historyBytes: Int
    var logLevel: Logger.Level
    var readyFile: String?

    init(_ options: ServeOptions, environment: Environment) throws {
        host = environment.text(options.host, "OBSERVER_HOST") ?? "127.0.0.1"
        port = try environment.integer(options.port, "OBSERVER_PORT", in: 0...65_535, option: "--port") ?? 8001
        readyFile = environment.text(options.readyFile, "OBSERVER_READY_FILE")
        let level = environment.text(options.logLevel, "OBSERVER_LOG_LEVEL") ?? "info"
        guard let logLevel = Logger.Level(rawValue: level.lowercased()) else {
            throw CommandFailure.usage(
                "The log level is \"\(level)\"; it is one of trace, debug, info, notice, warning, error, critical"
            )
        }
        self.logLevel = logLevel
        let size = environment.text(options.history, "OBSERVER_HISTORY") ?? "64MiB"
        guard let historyBytes = Measures.bytes(size), historyBytes >= Self.leastHistory else {
            throw CommandFailure.usage("--history is \"\(size)\"; it takes a size of at least 1MiB, such as 64MiB")
        }
        self.historyBytes = historyBytes
        do {
            access = try AccessConfiguration(
                token: try Self.token(options, environment),
                allowedOrigins: environment.list(options.allowOrigin, "OBSERVER_ALLOW_ORIGIN"),
                allowedHosts: environment.list(options.allowHost, "OBSERVER_ALLOW_HOST"),
                isInsecure: try environment.flag(options.insecure, "OBSERVER_INSECURE")
            )
        } catch let error as AccessError {
            throw CommandFailure.usage(error.description)
        }
    }

    private static func token(_ options: ServeOptions, _ environment: Environment) throws -> AccessToken? {
        if let path = environment.text(options.tokenFile, "OBSERVER_TOKEN_FILE") {
            guard let text = TextFile.read(path, limit: 4096) else {
                throw CommandFailure.usage(
                    "The token file \(path) cannot be read; it must be a file with the token in it"
                )
            }
            return try AccessToken(text[...].trimmed)
        }
        return try environment["OBSERVER_TOKEN"].map { try AccessToken($0) }
    }
}
