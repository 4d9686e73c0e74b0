namespace NvgreGateway.Dpdk.Tests;

public sealed class EalArgumentsTests
{
    [Fact]
    public void Without_huge_pages_nothing_is_shared()
    {
        var arguments = Eal.BuildArguments(new EalOptions { FilePrefix = "gw1" }, [0, 2], freeHugePageBytes: 0);
        Assert.Equal(
            ["nvgre-gateway", "--lcores=0@(0,2)", "--file-prefix", "gw1", "--no-telemetry", "--no-huge", "-m", "256", "--no-shconf", "--iova-mode=va", "--no-pci"],
            arguments);
    }

    [Fact]
    public void With_huge_pages_and_a_NIC()
    {
        var options = new EalOptions
        {
            FilePrefix = "gw2",
            MainCpus = [3],
            Megabytes = 512,
            Devices = [DeviceName.Parse("01:00.0,rx_vec=1"), DeviceName.Parse("net_null0")],
            ExtraArguments = ["--log-level", "debug"],
        };
        Assert.Equal(
            [
                "nvgre-gateway", "--lcores=0@(3)", "--file-prefix", "gw2", "--no-telemetry", "--in-memory", "-m", "512",
                "-a", "0000:01:00.0,rx_vec=1", "--log-level", "debug",
            ],
            Eal.BuildArguments(options, [0, 1], freeHugePageBytes: 1L << 30));
    }

    [Theory]
    [InlineData(EalMemory.HugePages, 0, 0, false)]
    [InlineData(EalMemory.Ordinary, 0, 4096, true)]
    [InlineData(EalMemory.Auto, 0, 256, false)]
    [InlineData(EalMemory.Auto, 0, 254, true)]
    [InlineData(EalMemory.Auto, 512, 510, true)]
    [InlineData(EalMemory.Auto, 512, 512, false)]
    public void Memory_is_what_was_asked_for(EalMemory memory, int megabytes, long free, bool ordinary)
    {
        var arguments = Eal.BuildArguments(new EalOptions { FilePrefix = "x", Memory = memory, Megabytes = megabytes }, [0], free << 20);
        Assert.Equal(ordinary, arguments.Contains("--no-huge"));
        Assert.Equal(!ordinary, arguments.Contains("--in-memory"));
    }

    [Fact]
    public void Free_huge_pages_are_counted_over_all_sizes()
    {
        var root = Directory.CreateTempSubdirectory("nvgre-dpdk-tests-");
        try
        {
            foreach (var (size, free) in new[] { ("2048", "3\n"), ("1048576", "2\n") })
            {
                File.WriteAllText(Path.Combine(root.CreateSubdirectory($"hugepages-{size}kB").FullName, "free_hugepages"), free);
            }

            Assert.Equal((3L * 2 + 2 * 1024) << 20, HugePages.FreeBytes(root.FullName));
            Assert.Equal(0, HugePages.FreeBytes(Path.Combine(root.FullName, "none")));
        }
        finally
        {
            root.Delete(true);
        }
    }
}
