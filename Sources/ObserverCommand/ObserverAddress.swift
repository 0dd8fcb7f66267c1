// SPDX-License-Identifier: Apache-2.0

import EngineClient
import Logging

/// Where a running observer is, for the commands that ask it.
struct ObserverAddress: Sendable, Hashable, CustomStringConvertible {
    var host: String
    var port: Int

    /// Reads `http://host:port`, `ws://host:port`, `host:port` or a host alone; a path is passed over.
    ///
    /// - Throws: A usage error with the text.
    init(_ text: String) throws {
        var rest = text[...]
        if rest.hasPrefix("https://") || rest.hasPrefix("wss://") {
            throw CommandFailure.usage(
                "\(text) cannot be used: the observer itself speaks plain HTTP, as http://host:port"
            )
        }
        for scheme in ["http://", "ws://"] where rest.hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
        rest = rest.prefix { $0 != "/" && $0 != "?" }
        if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
            host = String(rest[rest.index(after: rest.startIndex)..<end])
            rest = rest[rest.index(after: end)...]
        } else {
            host = String(rest.prefix { $0 != ":" })
            rest = rest.dropFirst(host.count)
        }
        port = 8001
        if rest.hasPrefix(":") {
            guard let number = Int(rest.dropFirst()), (1...65_535).contains(number) else {
                throw CommandFailure.usage("\(text) is no address of an observer; it looks like http://127.0.0.1:8001")
            }
            port = number
        }
        // Names and addresses of hosts have no other characters; a blank or a quote is a slip of the keyboard.
        let allowed = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: "-._:%".utf8.contains(byte)
            }
        }
        guard !host.isEmpty, allowed else {
            throw CommandFailure.usage("\(text) is no address of an observer; it looks like http://127.0.0.1:8001")
        }
    }

    /// The address that was given, else that of `OBSERVER_URL`, else the default one with `OBSERVER_PORT`.
    static func resolve(_ given: String?, _ environment: Environment) throws -> ObserverAddress {
        if let text = environment.text(given, "OBSERVER_URL") { return try ObserverAddress(text) }
        let port = try environment.integer(nil, "OBSERVER_PORT", in: 1...65_535, option: "--port") ?? 8001
        return try ObserverAddress("127.0.0.1:\(port)")
    }

    /// The value of the `Host` field.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    var description: String { "http://\(authority)" }
}
