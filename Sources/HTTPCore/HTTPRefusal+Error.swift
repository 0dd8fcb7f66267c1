// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

extension HTTPRefusal {
    /// Words what the decoder threw; `nil` for failures that are not the client's bytes.
    init?(_ error: any Error, limits: HTTPLimits) {
        switch error {
        case HTTPParserError.headerOverflow, is ByteToMessageDecoderError.PayloadTooLargeError:
            self = .headerTooLarge(limits)
        case let error as HTTPParserError:
            self = .badRequest(Self.problem(error))
        default:
            return nil
        }
    }

    private static func problem(_ error: HTTPParserError) -> String {
        switch error {
        case .invalidVersion: "the first line must end with HTTP/1.1, or HTTP/1.0, and CR LF"
        case .invalidMethod: "unknown method"
        case .invalidURL, .invalidHost, .invalidPort, .invalidPath, .invalidQueryString, .invalidFragment:
            "invalid request target"
        case .invalidHeaderToken: "invalid header field"
        case .invalidContentLength, .unexpectedContentLength: "invalid or conflicting Content-Length"
        case .invalidChunkSize: "invalid chunk size"
        case .invalidEOFState, .closedConnection: "it ended too early"
        case .lfExpected, .invalidConstant, .strictModeAssertion: "invalid line"
        default: "it cannot be parsed"
        }
    }
}
