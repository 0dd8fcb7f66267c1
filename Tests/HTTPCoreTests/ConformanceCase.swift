// SPDX-License-Identifier: Apache-2.0
import Testing

/// One exchange of a conformance suite: what a client sends, and what an echoing server answers before it closes.
struct ConformanceCase: CustomTestStringConvertible, Sendable {
    let name: String
    let input: [UInt8]
    let expected: [ServerFrame]

    var testDescription: String { self.name }

    /// A case that ends as it should: the client closes with 1000, and the server answers.
    static func passes(_ name: String, _ frames: [ClientFrame], _ expected: [ServerFrame]) -> Self {
        Self(name: name, input: (frames + [.close(1000)]).encoded, expected: expected + [.close(1000)])
    }

    /// A case in which the server must close, whatever follows.
    static func fails(
        _ name: String,
        _ frames: [ClientFrame],
        _ code: UInt16,
        after expected: [ServerFrame] = []
    ) -> Self {
        let rest: [ClientFrame] = [.ping(Array("too late".utf8)), .text("too late"), .close(1000)]
        return Self(name: name, input: (frames + rest).encoded, expected: expected + [.close(code)])
    }
}
