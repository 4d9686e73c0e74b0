using System.Runtime.InteropServices;

namespace NvgreGateway.Dpdk.Tests;

/// <summary>What works on memory that no DPDK made: these tests load no native library.</summary>
public sealed unsafe class MbufTests : IDisposable
{
    private const ushort Room = 2048;
    private readonly byte* room = (byte*)NativeMemory.AllocZeroed(Room);
    private readonly Mbuf* mbuf = (Mbuf*)NativeMemory.AlignedAlloc(Mbuf.SizeOf, 64);

    public MbufTests()
    {
        NativeMemory.Fill(mbuf, Mbuf.SizeOf, 0xaa);
        Mbuf.Initialise(mbuf, room, Room);
    }

    [Fact]
    public void A_fresh_buffer_is_empty_with_its_headroom_free()
    {
        Assert.Equal(128, mbuf->Headroom);
        Assert.Equal(Room - 128, mbuf->Tailroom);
        Assert.True(mbuf->Data == room + 128);
        Assert.Equal(0u, mbuf->PktLen);
        Assert.Equal(1, mbuf->NbSegs);
        Assert.Equal(MbufFlags.None, mbuf->OlFlags);
        Assert.True(mbuf->Next == null && mbuf->Pool == null);
        Assert.True(mbuf->IsExclusive);
    }

    [Fact]
    public void Prepend_undoes_adjust_and_trim_undoes_append()
    {
        Assert.True(mbuf->Append(100) == room + 128);
        Assert.Equal((100, 100u), (mbuf->DataLen, mbuf->PktLen));

        Assert.True(mbuf->Adjust(14) == room + 142);
        Assert.Equal((86, 86u, 142), (mbuf->DataLen, mbuf->PktLen, mbuf->Headroom));

        Assert.True(mbuf->Prepend(56) == room + 86);
        Assert.Equal((142, 142u, 86), (mbuf->DataLen, mbuf->PktLen, mbuf->Headroom));

        mbuf->Trim(42);
        Assert.Equal((100, 100u), (mbuf->DataLen, mbuf->PktLen));
        Assert.Equal(Room - 86 - 100, mbuf->Tailroom);
    }

    [Theory]
    [InlineData(2, MbufFlags.None)]
    [InlineData(1, MbufFlags.Indirect)]
    [InlineData(1, MbufFlags.External)]
    public void A_shared_buffer_is_not_exclusive(ushort holders, MbufFlags flags)
    {
        mbuf->Refcnt = holders;
        mbuf->OlFlags = flags;
        Assert.False(mbuf->IsExclusive);
        Assert.Equal(flags == MbufFlags.Indirect, mbuf->IsClone);
    }

    [Fact]
    public void Rearm_data_covers_offset_holders_segments_and_port()
    {
        mbuf->RearmData = 0x0004_0003_0002_0001;
        Assert.Equal((1, 2, 3, 4), (mbuf->DataOff, mbuf->Refcnt, mbuf->NbSegs, mbuf->Port));
    }

    public void Dispose()
    {
        NativeMemory.Free(room);
        NativeMemory.AlignedFree(mbuf);
    }
}
