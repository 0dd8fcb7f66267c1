// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Observer

/// `observer tail`: follow a running observer in the terminal.
struct TailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Follow a running observer in the terminal.",
        discussion: """
            Shows recent lines, then everything as it happens: logs, lifecycle events,
            verdicts, gaps. Control characters in lines are shown, not sent to the
            terminal. Ends with Ctrl-C, or with exit code 4 when the observer goes away.

            EXAMPLES
              observer tail
              observer tail --container 'shop-*' --level WARNING
              observer tail --re 'timeout|refused' --tail 0
              observer tail --types event,verdict --json | jq .cause
            """
    )

    @Argument(help: "The observer's URL. [env: OBSERVER_URL, default: http://127.0.0.1:8001]")
    var url: String?

    @OptionGroup(title: "Choosing messages")
    var filter: FilterOptions

    @Option(
        name: .long,
        help:
            "How many recent lines of each container to show first, 2000 in all. [env: OBSERVER_TAIL, default: 100]"
    )
    var tail: Int?

    @Option(
        name: .long,
        help: ArgumentHelp("A file that holds the token. [env: OBSERVER_TOKEN_FILE, OBSERVER_TOKEN]", valueName: "file")
    )
    var tokenFile: String?

    @Flag(name: .long, help: "Print the messages' own JSON, one a line. [env: OBSERVER_JSON]")
    var json = false

    @Flag(name: .long, help: "Print without colours; so it does when piped, and with NO_COLOR set. [env: NO_COLOR]")
    var noColor = false

    func run() async throws {
        let environment = Environment.process
        let address = try ObserverAddress.resolve(url, environment)
        let isJSON = try environment.flag(json, "OBSERVER_JSON")
        let isColoured = !noColor && environment["NO_COLOR"] == nil && StandardOutput.isTerminal
        let printer = TailPrinter(isColoured: isColoured)
        let feed = MessageFeed(address: address, target: try target(environment), token: try token(environment))
        try await feed.follow { message in
            if isJSON { return StandardOutput.write(message[...]) && StandardOutput.write([0x0A]) }
            guard let text = printer.text(of: message[...]) else { return true }
            return StandardOutput.write(text + "\n")
        }
    }

    private func token(_ environment: Environment) throws -> String? {
        guard let path = environment.text(tokenFile, "OBSERVER_TOKEN_FILE") else {
            return environment["OBSERVER_TOKEN"]
        }
        guard let text = TextFile.read(path, limit: 4096) else {
            throw CommandFailure.usage("The token file \(path) cannot be read")
        }
        return text[...].trimmed
    }

    /// The path and query of the stream.
    private func target(_ environment: Environment) throws -> String {
        var query = filter.parameters(environment)
        if let tail = try environment.integer(tail, "OBSERVER_TAIL", in: 0...TailScan.totalLimit, option: "--tail") {
            query.append(("tail", String(tail)))
        }
        guard !query.isEmpty else { return "/ws/logs" }
        return "/ws/logs?" + query.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
    }
}

/// Text in the query of a URL.
enum PercentEncoding {
    /// Encodes all but the unreserved characters (RFC 3986 §2.3).
    static func encode(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }
}
