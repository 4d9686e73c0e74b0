using NvgreGateway.Tests;

namespace NvgreGateway.Packets.Tests;

/// <summary>Numbers made by another program, bit by bit; a change of any moves flows of running gateways.</summary>
public class PathHashTests
{
    [Theory]
    [InlineData("C0000201", "", 0x644F_6EF2u)]
    [InlineData("CB007101", "", 0x7B97_F833u)]
    [InlineData("C00002FD", "underlay0", 0xEF4B_D856u)]
    [InlineData("C00002FE", "underlay0", 0xB75D_2248u)]
    [InlineData("20010DB8000A000000000000000000FE", "underlay0", 0x8E95_7B6Bu)]
    [Requirement("A-037")]
    public void SeedOfAnAddress(string address, string scope, uint seed) =>
        Assert.Equal(seed, PathHash.Seed(Convert.FromHexString(address), System.Text.Encoding.UTF8.GetBytes(scope)));

    [Theory]
    [InlineData(0u, 0u, 0u)]
    [InlineData(1u, 0u, 0x514E_28B7u)]
    [InlineData(0xFFFF_FFFFu, 0u, 0x81F1_6F39u)]
    [InlineData(0x8870_6AD7u, 0x644F_6EF2u, 0x3316_EB74u)] // the TCP flow of WIRE-FORMAT 1.5, FlowID 0x1E
    [InlineData(0x8870_6AD7u, 0x7B97_F833u, 0x0570_4ABEu)]
    [InlineData(0x8870_6AD7u, 0xEF4B_D856u, 0x40E0_6AEEu)]
    [InlineData(0x8870_6AD7u, 0xB75D_2248u, 0xE678_ACA9u)]
    [Requirement("A-037")]
    public void WeightOfAChoice(uint crc, uint seed, uint weight) => Assert.Equal(weight, PathHash.Weight(crc, seed));
}
