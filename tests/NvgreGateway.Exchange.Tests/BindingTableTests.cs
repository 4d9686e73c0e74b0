namespace NvgreGateway.Exchange.Tests;

/// <summary>The table of tenants' addresses against a dictionary.</summary>
public sealed unsafe class BindingTableTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ItSaysWhatADictionarySaysHoweverItIsChanged(int seed)
    {
        using GatewayMemory memory = GatewayMemory.CreatePrivate(ExchangeLimits.For(1, 1, 1, 1, 1, 1, 32));
        BindingTable table = memory.Bindings;
        var model = new Dictionary<(uint Segment, uint Family, ulong High), ulong>();
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++)
        {
            (uint Segment, uint Family, ulong High) key = ((uint)random.Next(1, 3), random.Next(2) == 0 ? 4u : 6u, (ulong)random.Next(20));
            if (random.Next(2) == 0 && (model.ContainsKey(key) || model.Count < table.Capacity))
            {
                ulong mac = (ulong)random.Next(1, 1000);
                model[key] = mac;
                table.Set(new BindingEntry { Segment = key.Segment, Family = key.Family, High = key.High, Low = key.High, Mac = mac });
            }
            else
            {
                model.Remove(key);
                table.Remove(key.Segment, key.Family, key.High, key.High);
            }

            foreach (((uint Segment, uint Family, ulong High) k, ulong mac) in model)
            {
                Assert.Equal(mac, table.Find(k.Segment, k.Family, k.High, k.High));
            }

            Assert.Equal(model.GetValueOrDefault(key), table.Find(key.Segment, key.Family, key.High, key.High));
            Assert.Equal(0ul, table.Find(key.Segment, key.Family, key.High, key.High + 1));
        }

        table.Clear();
        foreach ((uint Segment, uint Family, ulong High) k in model.Keys)
        {
            Assert.Equal(0ul, table.Find(k.Segment, k.Family, k.High, k.High));
        }
    }

    [Fact]
    public void OfAWriterThatDiedInTheMiddleNothingIsTaken()
    {
        const uint Places = 16;
        byte* bytes = stackalloc byte[(int)BindingTable.HeadBytes + ((int)Places * sizeof(BindingEntry))];
        new Span<byte>(bytes, (int)BindingTable.HeadBytes + ((int)Places * sizeof(BindingEntry))).Clear();
        var table = new BindingTable(bytes, Places);
        var entry = new BindingEntry { Segment = 1, Family = 4, High = 9, Mac = 2, Flags = BindingEntry.Router };
        table.Set(entry);
        Assert.Equal(entry, Assert.Single(table.All()));
        table.Clear();
        Assert.Equal(0ul, table.Find(1, 4, 9, 0));
        table.Set(entry);
        ++*(ulong*)bytes; // odd: a change was under way
        Assert.Empty(table.All());
        table.Clear();
        table.Set(entry);
        Assert.Equal(2ul, table.Find(1, 4, 9, 0));
    }
}
