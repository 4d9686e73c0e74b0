namespace NvgreGateway.Exchange.Tests;

/// <summary>How many queues are asked of drivers that report more than their devices have.</summary>
public class DriverQuirksTests
{
    /// <summary>An 82545EM loses what is sent on a second queue (tests/lab/nics saw it), though its driver reports two.</summary>
    [Theory]
    [InlineData("net_e1000_em", 2, 1)]
    [InlineData("net_e1000_em", 0, 1)]
    [InlineData("net_virtio", 2, 2)]
    [InlineData("net_ixgbe", 64, 64)]
    [InlineData("somebody's", 0, 1)]
    public void Queues_are_not_more_than_the_devices_have(string driver, int reported, int asked) => Assert.Equal(asked, DriverQuirks.Of(driver).Queues(reported));
}
