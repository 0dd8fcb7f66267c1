// SPDX-License-Identifier: Apache-2.0

/// Why a request is not served, and what would let it in.
struct AccessRefusal: Error, Sendable, Hashable {
    /// What is wrong with the request.
    enum Reason: Sendable, Hashable {
        /// The `Host`, which may be missing, is not the server's: a page whose name was bound to this address anew.
        case host(String?)
        /// The page is not one whose requests are served.
        case origin(String)
        case tokenMissing, tokenWrong
    }

    /// How much of what a client sent is repeated in answers and logs.
    private static let shownLength = 200

    let reason: Reason
    /// The origin whose pages may read the refusal.
    let origin: String?

    init(_ reason: Reason, origin: String? = nil) {
        self.reason = reason
        self.origin = origin
    }

    /// The status of the answer (RFC 9110 §15.5.20, §15.5.4, §15.5.2).
    var status: Int {
        switch reason {
        case .host: 421
        case .origin: 403
        case .tokenMissing, .tokenWrong: 401
        }
    }

    /// The error's name for programs.
    var code: String {
        switch reason {
        case .host: "misdirected"
        case .origin: "origin_not_allowed"
        case .tokenMissing, .tokenWrong: "unauthorized"
        }
    }

    /// What is wrong, and the option or field that would change it.
    var message: String {
        switch reason {
        case .host(nil):
            "The request has no Host: on a loopback address it must be localhost, a loopback address or a name that "
                + "--allow-host allows."
        case .host(.some(let host)):
            "The Host \(Self.shown(host)) is not this server's: use localhost, or start the server with "
                + "--allow-host \(Self.shown(Self.name(host)))."
        case .origin(let origin):
            "Pages of \(Self.shown(origin)) may not use this server: start it with "
                + "--allow-origin \(Self.shown(origin)) to let them."
        case .tokenMissing:
            "A token is needed: send the one of --token-file as 'Authorization: Bearer TOKEN', or, from a browser's "
                + "WebSocket, as the subprotocols 'observer.v1' and 'bearer.TOKEN'."
        case .tokenWrong:
            "The token is not the one of --token-file."
        }
    }

    private static func shown(_ text: String) -> String {
        text.count > shownLength ? text.prefix(shownLength) + "..." : text
    }

    /// A `Host` without its port, as the option takes it.
    private static func name(_ host: String) -> String {
        HostAndPort(host).map { $0.host.text } ?? host
    }
}
