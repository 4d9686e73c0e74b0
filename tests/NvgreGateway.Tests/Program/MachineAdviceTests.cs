using NvgreGateway.Control.Configuration;
using NvgreGateway.Supervision;

namespace NvgreGateway.Tests.Program;

/// <summary>Advice about huge pages, drivers and NUMA nodes, over a made-up sysfs.</summary>
public sealed class MachineAdviceTests : IDisposable
{
    private const string Nic = "0000:01:00.0";
    private readonly DirectoryInfo _sys = Directory.CreateTempSubdirectory("nvgre-advice-");

    public MachineAdviceTests()
    {
        Put("kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "4096");
        for (int node = 0; node < 2; node++)
        {
            Put($"devices/system/node/node{node}/hugepages/hugepages-2048kB/free_hugepages", "2048");
            Directory.CreateDirectory(Path.Combine(_sys.FullName, $"devices/system/cpu/cpu{node + 1}/node{node}"));
        }

        Put($"bus/pci/devices/{Nic}/numa_node", "1");
        Bind("vfio-pci");
    }

    public void Dispose() => _sys.Delete(true);

    [Fact]
    public void NothingIsSaidWhereAllIsWell() => Assert.Empty(Advice(Json(core: 2)));

    [Fact]
    public void CoresOfAnotherNodeAreNamed()
    {
        string advice = Assert.Single(Advice(Json(core: 1)));
        Assert.Contains("port access0: 0000:01:00.0 is on NUMA node 1, but of workers.cores 1 are on another node", advice, StringComparison.Ordinal);
    }

    [Fact]
    public void TooFewPagesAreCounted()
    {
        Put("kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "100");
        Assert.Contains("100 huge pages of 2 MB are free, about 512 are needed: NICs may not start; scripts/setup-hugepages.sh 512", Assert.Single(Advice(Json(core: 2, megabytes: 1024))), StringComparison.Ordinal);
        Put("kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "0");
        Assert.StartsWith("no huge pages of 2 MB are free", Assert.Single(Advice(Json(core: 2))), StringComparison.Ordinal);
        Assert.Contains("ordinary pages are used", Assert.Single(Advice(Json(core: 2, device: "net_null0"))), StringComparison.Ordinal);
        Put("kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "4096");
        Put("devices/system/node/node1/hugepages/hugepages-2048kB/free_hugepages", "0");
        Assert.Contains("NUMA node 1, which has no free huge pages", Assert.Single(Advice(Json(core: 2))), StringComparison.Ordinal);
    }

    [Fact]
    public void AKernelDriverIsToBeReplaced()
    {
        Bind("ixgbe");
        Assert.Contains("belongs to the kernel's driver ixgbe: 'scripts/bind-nic.sh bind 0000:01:00.0'", Assert.Single(Advice(Json(core: 2))), StringComparison.Ordinal);
        Assert.Contains("there is no PCI device 0000:05:00.0", Assert.Single(Advice(Json(core: 2, device: "05:00.0"))), StringComparison.Ordinal);
    }

    private static string Json(int core, string device = Nic, int megabytes = 256) => $$"""
        {
          "name": "unit", "workers": { "cores": [{{core}}] }, "memory": { "megabytes": {{megabytes}} },
          "ports": [
            { "name": "access0", "role": "access", "device": "{{device}}" },
            { "name": "underlay0", "role": "underlay", "device": "net_null1", "mtu": 1600, "addresses": ["192.0.2.1/24"] }
          ]
        }
        """;

    private IReadOnlyList<string> Advice(string json)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(json);
        Assert.True(result.IsValid, string.Join('\n', result.Errors));
        return MachineAdvice.Of(result.Configuration, _sys.FullName);
    }

    private void Bind(string driver)
    {
        string link = Path.Combine(_sys.FullName, "bus/pci/devices", Nic, "driver");
        File.Delete(link);
        File.CreateSymbolicLink(link, $"/sys/bus/pci/drivers/{driver}");
    }

    private void Put(string file, string text)
    {
        string path = Path.Combine(_sys.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text + "\n");
    }
}
