namespace NvgreGateway.Dpdk.Tests;

[Collection(EalGroup.Name)]
public sealed class MbufLayoutTests
{
    // Taken so that the shim has been built; these tests need no running EAL.
    public MbufLayoutTests(EalFixture fixture) => Assert.NotNull(fixture.Eal);

    [Fact]
    public void Both_sides_agree()
    {
        MbufLayout.Verify();
        Assert.True(MbufLayout.Exported().Count > 140, "the shim exports fewer rows than there are fields and constants");
    }

    [Theory]
    [InlineData("rte_mbuf.next", 8ul)]
    [InlineData("rte_mbuf.data_off", 18ul)]
    [InlineData("bits rte_mbuf.l3_len", 0xffff00ul)]
    [InlineData("RTE_MBUF_F_TX_IP_CKSUM", 1ul << 53)]
    [InlineData("RTE_ETH_TX_OFFLOAD_MULTI_SEGS", 1ul << 14)]
    [InlineData("shim_port_info.driver", 2ul)]
    public void One_wrong_row_is_refused_by_name_expected_and_found(string name, ulong wrong)
    {
        var right = MbufLayout.Exported()[name];
        var expected = MbufLayout.Expected();
        expected[name] = wrong;

        var refusal = Assert.Throws<DpdkException>(() => MbufLayout.Compare(expected, MbufLayout.Exported()));

        Assert.Contains($"{name}: expected {Text(wrong)}, found {Text(right)}", refusal.Message);
        Assert.Equal(1, refusal.Message.Split(": expected ").Length - 1);
    }

    [Fact]
    public void A_row_that_one_side_lacks_is_refused()
    {
        var found = new Dictionary<string, ulong>(MbufLayout.Exported());
        Assert.True(found.Remove("rte_mbuf.buf_iova"));
        found["rte_mbuf.brand_new"] = 4;

        var refusal = Assert.Throws<DpdkException>(() => MbufLayout.Compare(MbufLayout.Expected(), found));

        Assert.Contains("rte_mbuf.buf_iova: expected 8, found nothing", refusal.Message);
        Assert.Contains("rte_mbuf.brand_new: expected nothing, found 4", refusal.Message);
        Assert.Contains("cmake --build build", refusal.Message);
    }

    private static string Text(ulong value) => value > 0xffff ? $"0x{value:x}" : value.ToString();
}
