// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import HTTPCore

@Suite("Malformed HTTP", .timeLimit(.minutes(1))) struct MalformedRequestTests {
    /// Requests whose end two servers could see in different places, each followed by one that must not be served.
    static let ambiguous: [String] = [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde",
        "Content-Length: 5, 5\r\n\r\nabcde",
        "Content-Length: +5\r\n\r\nabcde",
        "Content-Length: -5\r\n\r\nabcde",
        "Content-Length: 0x5\r\n\r\nabcde",
        "Content-Length: 5 5\r\n\r\nabcde",
        "Content-Length: \r\n\r\nabcde",
        "Content-Length: 99999999999999999999\r\n\r\nabcde",
        "Content-Length : 5\r\n\r\nabcde",
        "Content-Length: 5\r\n Transfer-Encoding: chunked\r\n\r\nabcde",
        "X: a\r\n b\r\n\r\n",
        " Content-Length: 5\r\n\r\nabcde",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: identity\r\n\r\n",
        "Transfer-Encoding:\u{b}chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n \r\na\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\na\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF1\r\na\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n1\na\n0\n\n",
        "Host: other\r\n\r\n",
        "X\u{0}: a\r\n\r\n",
        "X: a\u{0}b\r\n\r\n",
        "X: a\rY: b\r\n\r\n",
        ": a\r\n\r\n",
        "no colon\r\n\r\n",
    ]

    private func answers(to request: String) async throws -> [HTTPAnswer] {
        try await TestServer().run { address in
            try await RawClient.connect(to: address) { client in
                await client.trySend(Array(request.utf8))
                return await client.readAnswers()
            }
        }
    }

    @Test("with an ambiguous end gets 400 or less, never a second answer", arguments: ambiguous)
    func smuggling(_ rest: String) async throws {
        let second = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"
        let answers = try await self.answers(to: "POST /echo HTTP/1.1\r\nHost: h\r\n" + rest + second)
        #expect(answers.map(\.status).allSatisfy { $0 == 400 || $0 == 413 })
        #expect(answers.count == 1)
        #expect(answers.first?.headers["connection"] == "close")
    }

    @Test(
        "of other kinds gets 400 and a sentence",
        arguments: [
            "GET /hello HTTP/1.1\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}", "GET hello HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET /hello\r\nHost: h\r\n\r\n",
            "FETCH /hello HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET /hello HTTP/1.1\nHost h\n\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /hello HTTP/2.0\r\nHost: h\r\n\r\n",
            "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ]
    )
    func others(_ request: String) async throws {
        let answers = try await self.answers(to: request)
        #expect(answers.map(\.status) == [400])
        #expect(answers.first?.code == "bad_request")
        #expect(answers.first?.headers["content-type"] == "application/json")
    }

    @Test("behind a good request is answered in its turn")
    func turn() async throws {
        let answers = try await self.answers(to: "GET /hello HTTP/1.1\r\nHost: h\r\n\r\nGET /hello HTTP/1.1\r\n\r\n")
        #expect(answers.map(\.status) == [200, 400])
    }
}
