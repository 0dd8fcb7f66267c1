// SPDX-License-Identifier: Apache-2.0

import Bytes
import Testing

@Suite("Writing JSON")
struct JSONWriterTests {
    @Test("commas stand where they belong, and nowhere else")
    func commas() {
        var writer = JSONWriter(Array("> ".utf8))
        writer.beginObject()
        writer.key("a")
        writer.beginArray()
        writer.endArray()
        writer.key("b")
        writer.beginArray()
        writer.integer(1)
        writer.beginObject()
        writer.endObject()
        writer.null()
        writer.beginArray()
        writer.boolean(true)
        writer.endArray()
        writer.endArray()
        writer.key(escaping: "c\"")
        writer.string("d\\")
        writer.endObject()
        writer.newline()
        writer.string(plain: "next")
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == "> {\"a\":[],\"b\":[1,{},null,[true]],\"c\\\"\":\"d\\\\\"}\n\"next\""
        )
        #expect(writer.count == writer.bytes.count)
    }

    @Test("each kind of value is written in its form")
    func values() {
        var writer = JSONWriter()
        writer.beginArray()
        writer.integer(Int64.min)
        writer.integer(UInt64.max)
        writer.hundredths(1250)
        writer.time(Timestamp(nanoseconds: 1))
        writer.string([0x61, 0xFF, 0x0A][...])
        [0x22].withUnsafeBufferPointer { writer.string($0) }
        writer.raw(Array("{}".utf8)[...])
        writer.raw("[]")
        writer.boolean(false)
        writer.endArray()
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == "[-9223372036854775808,18446744073709551615,12.5,\"1970-01-01T00:00:00.000000001Z\",\"a\u{FFFD}\\n\","
                + "\"\\\"\",{},[],false]"
        )
    }
}
