// SPDX-License-Identifier: Apache-2.0

/// A response, read without any of the code under test.
struct HTTPAnswer: Equatable {
    let version: Substring
    let status: Int
    let headers: [String: String]
    var body = ""

    /// The error's code in a JSON body.
    var code: String? {
        guard let start = self.body.range(of: #""code":""#)?.upperBound else { return nil }
        return self.body[start...].split(separator: "\"").first.map(String.init)
    }

    /// Takes the first response off the front, if it is complete; without a length it is what is there.
    static func parse(_ bytes: inout [UInt8]) -> Self? {
        guard let end = bytes.firstIndex(ofSequence: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(
            separator: "\r\n",
            omittingEmptySubsequences: false
        )
        let words = lines[0].split(separator: " ", maxSplits: 2)
        guard words.count >= 2, let status = Int(words[1]) else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        var answer = HTTPAnswer(version: words[0], status: status, headers: headers)
        let start = end + 4
        guard let length = headers["content-length"].flatMap({ Int($0) }), status != 101, headers["x-bodiless"] == nil
        else {
            bytes.removeFirst(start)
            return answer
        }
        guard bytes.count >= start + length else { return nil }
        answer.body = String(decoding: bytes[start..<start + length], as: UTF8.self)
        bytes.removeFirst(start + length)
        return answer
    }
}

extension String {
    func range(of text: String) -> Range<Index>? { self.firstRange(of: text) }
}

extension Array where Element == UInt8 {
    func firstIndex(ofSequence pattern: [UInt8]) -> Int? { self.firstRange(of: pattern)?.lowerBound }
}
