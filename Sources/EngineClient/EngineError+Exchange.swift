// SPDX-License-Identifier: Apache-2.0

import Bytes
import NIOCore
import NIOPosix
import NIOSSL

extension EngineError {
    private init(_ code: Code, _ exchange: Exchange, _ message: String, advice: String? = nil) {
        self.init(code, endpoint: exchange.endpoint.description, message: message, advice: advice)
    }

    static func cancelled(_ exchange: Exchange) -> EngineError {
        cancelled(exchange.request, exchange.endpoint)
    }

    static func cancelled(_ request: EngineRequest, _ endpoint: EngineEndpoint) -> EngineError {
        EngineError(.cancelled, endpoint: endpoint.description, message: "\(request.label) was cancelled")
    }

    static func misuse(_ exchange: Exchange) -> EngineError {
        EngineError(.misuse, exchange, "two tasks wait for the same answer, to \(exchange.request.label)")
    }

    static func deadlineExceeded(_ exchange: Exchange) -> EngineError {
        let allowed: TimeAmount
        let what: String
        switch exchange.deadline {
        case .answer(_, let amount): (allowed, what) = (amount, "answer")
        case .head(_, let amount): (allowed, what) = (amount, "begin to answer")
        }
        return EngineError(
            .deadlineExceeded,
            exchange,
            "the engine at \(exchange.endpoint) did not \(what) \(exchange.request.label) within \(seconds(allowed))",
            advice: "it may be starting, or stuck"
        )
    }

    static func idle(_ exchange: Exchange, _ allowed: TimeAmount) -> EngineError {
        EngineError(
            .idle,
            exchange,
            "the engine at \(exchange.endpoint) sent nothing more for \(exchange.request.label) in \(seconds(allowed))"
        )
    }

    static func tooLarge(_ exchange: Exchange, limit: Int) -> EngineError {
        EngineError(
            .tooLarge,
            exchange,
            "the answer to \(exchange.request.label) of the engine at \(exchange.endpoint) is longer than \(limit) bytes"
        )
    }

    /// Explains what is wrong with the bytes of an answer, or with their end.
    static func fault(_ exchange: Exchange, _ fault: ResponseFault) -> EngineError {
        switch fault {
        case .malformed(let what):
            EngineError(
                .malformedResponse,
                exchange,
                "the answer to \(exchange.request.label) of \(exchange.endpoint) is not HTTP as an engine speaks it: "
                    + what,
                advice: exchange.endpoint.security == nil ? "is it an engine, and without TLS?" : nil
            )
        case .truncated(let missing):
            EngineError(
                .truncated,
                exchange,
                "the engine at \(exchange.endpoint) closed the connection before \(missing) of \(exchange.request.label)"
            )
        }
    }

    /// Explains an error of the connection while it carried an exchange.
    static func connection(_ exchange: Exchange, _ error: any Error) -> EngineError {
        if let error = EngineError.security(exchange.endpoint, error) { return error }
        let reason = (error as? IOError).map { text(of: $0.errnoCode) } ?? "\(error)"
        return EngineError(
            .reset,
            exchange,
            "the connection to the engine at \(exchange.endpoint) broke during \(exchange.request.label): \(reason)"
        )
    }

    /// Explains an answer with a status other than 2xx by the engine's own message (facts A4, A5, A7).
    static func status(_ request: EngineRequest, _ endpoint: EngineEndpoint, _ response: EngineResponse) -> EngineError
    {
        let status = response.head.status
        let told = message(of: response)
        if status == 400, told.contains("client version"), told.contains("too new") || told.contains("too old") {
            return EngineError(
                .incompatibleVersion,
                endpoint: endpoint.description,
                message: "the engine at \(endpoint) does not speak this version of its API: \(told)",
                status: status
            )
        }
        let needsTLS = status == 400 && endpoint.security == nil && told.contains("HTTPS server")
        return EngineError(
            needsTLS ? .tls : .status,
            endpoint: endpoint.description,
            message: "the engine at \(endpoint) answered \(request.label) with \(status)"
                + (told.isEmpty ? "" : ": \(told)"),
            advice: needsTLS ? "use https://, or set DOCKER_TLS_VERIFY and DOCKER_CERT_PATH" : nil,
            status: status
        )
    }

    /// What an error's body says: `{"message":…}` or plain text, on one line.
    private static func message(of response: EngineResponse) -> String {
        // 512 characters hold every message of an engine that a person would read to its end.
        let limit = 512
        let document = try? JSONDocument(response.body[...])
        let text = document?.root["message"]?.string ?? String(decoding: response.body.prefix(4 * limit), as: UTF8.self)
        let line = text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) }
        var trimmed = line[...]
        while trimmed.first == " " { trimmed = trimmed.dropFirst() }
        while trimmed.last == " " { trimmed = trimmed.dropLast() }
        return trimmed.isEmpty ? response.head.reason : String(trimmed.prefix(limit))
    }
}
