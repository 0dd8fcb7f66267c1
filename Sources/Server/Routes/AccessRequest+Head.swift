// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes

extension AccessRequest {
    /// What of a request's head the policy judges.
    init(_ head: HTTPRequest, target: RequestTarget) {
        let fields = head.headerFields
        host = head.authority
        origin = fields[.origin]
        authorization = fields[.authorization]
        if target.segments.first == "ws" {
            subprotocols = fields[values: .secWebSocketProtocol].flatMap { value in
                value.split(separator: ",").map { String($0.filter { $0 != " " && $0 != "\t" }) }
            }
        }
        isPublic = target.segments == ["health"] || head.isPreflight
    }
}

extension HTTPRequest {
    /// Whether a browser asks if a page may send a request (Fetch §4.8): it never shows a token then.
    var isPreflight: Bool {
        method == .options && headerFields[.origin] != nil && headerFields[.accessControlRequestMethod] != nil
    }
}
