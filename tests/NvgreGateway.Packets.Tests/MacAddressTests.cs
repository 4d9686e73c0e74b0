namespace NvgreGateway.Packets.Tests;

public sealed unsafe class MacAddressTests
{
    private static readonly byte[] Wire = [0x02, 0x00, 0x00, 0x5D, 0x01, 0xFE];

    [Fact]
    public void ValueIsTheWireBytesLittleEndian()
    {
        MacAddress mac = MacAddress.Parse("02:00:00:5d:01:fe");
        Assert.Equal(0x0000_FE01_5D00_0002ul, mac.Value);
        Assert.Equal(mac, new MacAddress(0x02, 0x00, 0x00, 0x5D, 0x01, 0xFE));
        Assert.Equal(mac, new MacAddress(0xABCD_FE01_5D00_0002));
        Assert.Equal(mac, MacAddress.FromBytes(Wire));
        byte[] wide = [.. Wire, 0xFF, 0xFF];
        fixed (byte* p = wide)
        {
            Assert.Equal(mac, MacAddress.Read(p));
            Assert.Equal(mac.Value, MacAddress.ReadValue(p));
            Assert.Equal(mac.Value, MacAddress.ReadValueWide(p));
        }
    }

    [Fact]
    public void WritesExactlySixBytes()
    {
        byte[] buffer = [9, 9, 9, 9, 9, 9, 9, 9];
        MacAddress.FromBytes(Wire).CopyTo(buffer.AsSpan(1));
        Assert.Equal([9, .. Wire, 9], buffer);
        buffer.AsSpan().Fill(7);
        fixed (byte* p = buffer)
        {
            MacAddress.FromBytes(Wire).Write(p + 1);
        }

        Assert.Equal([7, .. Wire, 7], buffer);
        Assert.Throws<ArgumentOutOfRangeException>(() => MacAddress.FromBytes(Wire).CopyTo(new byte[5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MacAddress.FromBytes(new byte[5]));
    }

    [Fact]
    public void ReadsNothingBeyondItsBytes()
    {
        using GuardedMemory memory = new(4096);
        Assert.Equal(MacAddress.FromBytes(Wire), MacAddress.Read(memory.PlaceAtEnd(Wire)));
    }

    [Theory]
    [InlineData("02:00:00:5d:01:fe", "02:00:00:5d:01:fe")]
    [InlineData("02:00:00:5D:01:FE", "02:00:00:5d:01:fe")]
    [InlineData("02-00-00-5d-01-fe", "02:00:00:5d:01:fe")]
    [InlineData("ff:ff:ff:ff:ff:ff", "ff:ff:ff:ff:ff:ff")]
    public void ParsesAndFormats(string text, string expected)
    {
        Assert.True(MacAddress.TryParse(text, out MacAddress mac));
        Assert.Equal(expected, mac.ToString());
        Assert.Equal(expected, $"{mac}");
        Span<char> buffer = stackalloc char[16];
        Assert.False(mac.TryFormat(buffer, out int written, default, null));
        Assert.Equal(0, written);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("02:00:00:5d:01")]
    [InlineData("02:00:00:5d:01:fe:")]
    [InlineData("02:00:00:5d:01:f")]
    [InlineData("02:00:00:5d:01:fg")]
    [InlineData("02:00:00-5d:01:fe")]
    [InlineData("02.00.00.5d.01.fe")]
    [InlineData("0200.005d.01fe")]
    [InlineData(" 02:00:00:5d:01:fe")]
    [InlineData("0x:00:00:5d:01:fe")]
    [InlineData("٠2:00:00:5d:01:fe")]
    public void RefusesOtherForms(string? text)
    {
        Assert.False(MacAddress.TryParse(text, out MacAddress mac));
        Assert.True(mac.IsZero);
        if (text is not null)
        {
            Assert.Throws<FormatException>(() => MacAddress.Parse(text));
        }
    }

    [Theory]
    [InlineData("00:00:00:00:00:00", false, false, true, false, false)]
    [InlineData("ff:ff:ff:ff:ff:ff", true, true, false, false, false)]
    [InlineData("01:00:5e:00:00:01", true, false, false, false, false)]
    [InlineData("00:15:5d:00:00:0b", false, false, false, true, false)]
    [InlineData("01:80:c2:00:00:00", true, false, false, false, true)]
    [InlineData("01:80:c2:00:00:0f", true, false, false, false, true)]
    [InlineData("01:80:c2:00:00:10", true, false, false, false, false)]
    [InlineData("01:80:c2:00:01:00", true, false, false, false, false)]
    public void Classifies(string text, bool group, bool broadcast, bool zero, bool unicast, bool reserved)
    {
        MacAddress mac = MacAddress.Parse(text);
        Assert.Equal((group, broadcast, zero, unicast, reserved), (mac.IsGroup, mac.IsBroadcast, mac.IsZero, mac.IsUnicast, mac.IsLinkLocalReserved));
    }

    [Fact]
    public void OrdersByWireBytes()
    {
        string[] sorted = ["00:00:00:00:00:01", "00:00:00:00:01:00", "02:00:00:00:00:00", "02:00:00:00:00:01", "ff:00:00:00:00:00"];
        MacAddress[] macs = [.. sorted.Reverse().Select(MacAddress.Parse)];
        Array.Sort(macs);
        Assert.Equal(sorted, macs.Select(m => m.ToString()));
        Assert.True(macs[0] < macs[1] && macs[1] > macs[0] && macs[0] <= macs[1] && macs[1] >= macs[0] && macs[0] != macs[1]);
        Assert.Equal(MacAddress.Parse(sorted[0]).GetHashCode(), macs[0].GetHashCode());
        Assert.True(macs[0].Equals((object)MacAddress.Parse(sorted[0])));
    }
}
