// SPDX-License-Identifier: Apache-2.0
// Files of tensors: written by hand here, each spoilt in every way that the reader must see.
#include "apps/tool/safetensors/safetensors.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <stdexcept>

namespace {

using namespace glissade;

std::string file(const std::string& header, const std::string& data) {
  std::string text(8, '\0');
  for (size_t i = 0; i < 8; ++i) text[i] = static_cast<char>(static_cast<uint64_t>(header.size()) >> (8 * i));
  return text + header + data;
}

// What is said of a file; empty: it is taken.
std::string said_of(const std::string& bytes) {
  try {
    parse_safetensors("f", bytes);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}
std::string said(const std::string& header, const std::string& data = "") {
  return said_of(file(header, data));
}

const std::string kEight("\0\0\x80\x3f\0\0\0\xc0", 8);  // 1, -2
constexpr const char* kTwo = R"({"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";

TEST(Safetensors, ReadsWhatAnotherWriterWrote) {
  // Another order than that of the names, spaces behind, and one that is empty.
  const SafeTensors content = parse_safetensors(
      "f", file(R"({ "z":{"shape":[2,1],"dtype":"F32","data_offsets":[2,10]},"__metadata__":{"format":"pt"},)"
                R"("a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"e":{"dtype":"I8","shape":[0,3],)"
                R"("data_offsets":[10,10]},"s":{"dtype":"BF16","shape":[],"data_offsets":[10,12]}}  )",
                std::string("\0\x3c", 2) + kEight + std::string("\x80\x40", 2)));
  EXPECT_EQ(content.metadata.at("format"), "pt");
  ASSERT_EQ(content.tensors.size(), 4u);
  EXPECT_EQ(floats_of(content.tensors.at("z")), (std::vector<float>{1.0f, -2.0f}));
  EXPECT_EQ(content.tensors.at("z").shape, (std::vector<size_t>{2, 1}));
  EXPECT_EQ(floats_of(content.tensors.at("a")), std::vector<float>{1.0f});
  EXPECT_EQ(floats_of(content.tensors.at("s")), std::vector<float>{4.0f});
  EXPECT_EQ(count_of(content.tensors.at("e").shape), 0u);
  EXPECT_THROW(floats_of(content.tensors.at("e")), std::logic_error);
}

TEST(Safetensors, WritesTheBytesThatItsFormatSays) {
  SafeTensors content;
  content.tensors["b"] = tensor_of({2}, {1.0f, -2.0f});
  std::string header = kTwo;
  header.append(8 - header.size() % 8, ' ');
  EXPECT_EQ(write_safetensors(content), file(header, kEight));
  content.metadata["k"] = "v";
  content.tensors["a"] = {Dtype::kInt8, {3}, "\1\2\3"};
  content.tensors["c"] = {Dtype::kFloat16, {}, "\1\2"};
  const std::string bytes = write_safetensors(content);
  const SafeTensors again = parse_safetensors("f", bytes);
  EXPECT_EQ(write_safetensors(again), bytes);
  EXPECT_EQ(again.metadata, content.metadata);
  EXPECT_EQ(again.tensors.at("a").bytes, "\1\2\3");
  EXPECT_EQ(bytes.substr(bytes.size() - 13), kEight + "\1\2\1\2\3");  // the largest numbers first
  EXPECT_EQ((bytes.size() - 13) % 8, 0u);
}

TEST(Safetensors, RefusesEveryFileThatIsCutOff) {
  SafeTensors content;
  content.metadata["k"] = "v";
  content.tensors["b"] = tensor_of({2}, {1.0f, -2.0f});
  const std::string bytes = write_safetensors(content);
  ASSERT_EQ(said_of(bytes), "");
  for (size_t size = 0; size < bytes.size(); ++size) EXPECT_NE(said_of(bytes.substr(0, size)), "") << size;
  EXPECT_EQ(said_of(bytes + "x"), "f: 1 bytes too many at the end");
}

TEST(Safetensors, RefusesHeadersByTheirFault) {
  ASSERT_EQ(said(kTwo, kEight), "");
  EXPECT_EQ(said_of(std::string("\1\xe1\xf5\5\0\0\0\0", 8)),
            "f: no safetensors: a header of 100000001 bytes is too long");
  EXPECT_EQ(said_of(std::string(8, '\xff')),
            "f: no safetensors: a header of 18446744073709551615 bytes is too long");
  EXPECT_NE(said_of(std::string("\3\0\0\0\0\0\0\0{}", 10)).find("cut off"), std::string::npos);
  const std::string tensor = R"("dtype":"F32","shape":[2],"data_offsets":[0,8])";
  const struct {
    const char* says;
    std::string header;
  } cases[] = {
      {"does not begin with {", ""},
      {"does not begin with {", "[]"},
      {"parse_error", "{"},
      {"parse_error", R"({"b":{)" + tensor + "}}x"},
      {"parse_error", "{\"b\xff\":{" + tensor + "}}"},
      {"\"b\" a second time", R"({"b":{)" + tensor + R"(},"b":{)" + tensor + "}}"},
      {"\"dtype\" a second time", R"({"b":{"dtype":"F32",)" + tensor + "}}"},
      {"nested too deeply", R"({"b":{"dtype":[[[1]]],"shape":[2],"data_offsets":[0,8]}})"},
      {"\"b\" is not an object", R"({"b":1})"},
      {"nothing there is called \"offset\"", R"({"b":{"offset":1,)" + tensor + "}}"},
      {"\"shape\" is missing", R"({"b":{"dtype":"F32","data_offsets":[0,8]}})"},
      {"dtype \"F64\" is none of", R"({"b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}})"},
      {"dtype that is no text", R"({"b":{"dtype":1,"shape":[1],"data_offsets":[0,8]}})"},
      {"shape is not a list", R"({"b":{"dtype":"F32","shape":2,"data_offsets":[0,8]}})"},
      {"shape is not a list", R"({"b":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})"},
      {"shape is not a list", R"({"b":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})"},
      {"too large", R"({"b":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]}})"},
      {"that no memory holds",
       R"({"b":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}})"},
      {"that no memory holds", R"({"b":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}})"},
      {"not a begin and an end", R"({"b":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})"},
      {"not a begin and an end", R"({"b":{"dtype":"F32","shape":[2],"data_offsets":[8]}})"},
      {"4 bytes, where F32 [2] has 8", R"({"b":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})"},
      {"hole in front of it", R"({"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})"},
      {"overlaps",
       R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})"},
      {"overlaps",
       R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})"},
      {"ends at byte 16", R"({"b":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})"},
      {"4 bytes too many", R"({"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})"},
      {"__metadata__ is not an object", R"({"__metadata__":1})"},
      {"\"k\" is no text", R"({"__metadata__":{"k":1}})"},
  };
  for (const auto& [says, header] : cases) {
    const std::string message = said(header, kEight);
    EXPECT_NE(message.find(says), std::string::npos) << header << ": " << message;
  }
}

TEST(Safetensors, ReadsEveryHalfExactly) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const std::string bytes = {static_cast<char>(bits & 0xffu), static_cast<char>(bits >> 8)};
    const float half = floats_of({Dtype::kFloat16, {}, bytes})[0],
                wide = floats_of({Dtype::kBfloat16, {}, bytes})[0];
    uint32_t word;
    std::memcpy(&word, &wide, sizeof word);
    ASSERT_EQ(word, bits << 16);
    const int exponent = static_cast<int>(bits >> 10 & 31u), mantissa = static_cast<int>(bits & 0x3ffu);
    ASSERT_EQ(std::signbit(half), bits >> 15 != 0);
    if (exponent == 31)
      ASSERT_EQ(mantissa == 0 ? std::isinf(half) : std::isnan(half), true) << bits;
    else
      ASSERT_EQ(std::fabs(half), std::ldexp(static_cast<float>(mantissa + (exponent > 0 ? 1024 : 0)),
                                            (exponent > 0 ? exponent : 1) - 25))
          << bits;
  }
}

}  // namespace
