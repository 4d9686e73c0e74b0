namespace NvgreGateway.Packets.Tests;

public sealed class EcnTests
{
    // WIRE-FORMAT section 3, one row a line: inner, then what becomes of it for outer 00, 10, 01, 11.
    private const string Rows = """
        00 00 00! 00! drop
        10 10 10 01 11
        01 01 01! 01 11
        11 11 11 11! 11
        """;

    public static TheoryData<uint, uint, uint, bool, bool> Table()
    {
        uint[] outers = [0b00, 0b10, 0b01, 0b11];
        TheoryData<uint, uint, uint, bool, bool> data = [];
        foreach (string row in Rows.Split('\n', StringSplitOptions.TrimEntries))
        {
            string[] cells = row.Split(' ');
            for (int i = 0; i < 4; i++)
            {
                string cell = cells[i + 1];
                bool drop = cell == "drop";
                data.Add(Convert.ToUInt32(cells[0], 2), outers[i], drop ? 0 : Convert.ToUInt32(cell.TrimEnd('!'), 2), cell.EndsWith('!'), drop);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void DecapsulationTable(uint inner, uint outer, uint result, bool anomaly, bool drop)
    {
        // DSCP bits of either header must not matter.
        uint verdict = Ecn.Decapsulate(inner | 0xB8, outer | 0x28);
        Assert.Equal(verdict, Ecn.Decapsulate(inner, outer));
        Assert.Equal(drop, (verdict & Ecn.Drop) != 0);
        Assert.Equal(anomaly, (verdict & Ecn.Anomaly) != 0);
        if (!drop)
        {
            Assert.Equal(result, verdict & Ecn.Mask);
        }
    }

    [Fact]
    public void TheTableHasSixteenEntries() => Assert.Equal(16, Table().Count);
}
