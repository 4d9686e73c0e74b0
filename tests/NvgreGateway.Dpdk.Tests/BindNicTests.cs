using System.Diagnostics;

namespace NvgreGateway.Dpdk.Tests;

/// <summary>scripts/bind-nic.sh over a made-up /sys, where a thread does what the kernel does, and with an <c>ip</c> that says what the test wants.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class BindNicTests : IDisposable
{
    private const string Nic = "0000:01:00.0", Other = "0000:01:00.1";
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("nvgre-dpdk-tests-");
    private readonly Thread kernel;
    private volatile bool stop;

    public BindNicTests()
    {
        foreach (var driver in (string[])["vfio-pci", "ixgbe", "i40e"])
        {
            Directory.CreateDirectory(Sys($"bus/pci/drivers/{driver}"));
        }

        Directory.CreateDirectory(Sys("class/net"));
        Directory.CreateDirectory(Sys("module/vfio/parameters"));
        File.WriteAllText(Sys("module/vfio/parameters/enable_unsafe_noiommu_mode"), "N\n");
        File.WriteAllText(Path.Combine(root.FullName, "routes"), "default via 192.0.2.254 dev eth9 proto static\n");
        var tools = root.CreateSubdirectory("tools").FullName;
        File.WriteAllText(Path.Combine(tools, "ip"), $"""
            #!/bin/bash
            case "$*" in
              "-4 route show default") cat {root.FullName}/routes ;;
              "-6 route show default") [ ! -e {root.FullName}/routes6 ] || exec cat {root.FullName}/routes6 ;;
              "-o address show dev "*) cat {root.FullName}/address.$5 2>/dev/null || true ;;
            esac
            """);
        File.SetUnixFileMode(Path.Combine(tools, "ip"), UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        AddNic(Nic, "ixgbe", "eth1", group: 7);
        kernel = new Thread(Kernel);
        kernel.Start();
    }

    [Theory]
    [InlineData(Nic)]
    [InlineData("01:00.0")]
    [InlineData("eth1")]
    public void A_NIC_is_bound_and_given_back(string name)
    {
        var (exit, output, errors) = Run("bind", name);
        Assert.Equal((0, ""), (exit, errors));
        Assert.Equal($"{Nic}: bound to vfio-pci (was ixgbe)\n", output);
        Assert.Equal("vfio-pci", Driver(Nic));
        Assert.Contains("bound to vfio-pci already", Run("bind", Nic).Output);
        Assert.Contains("ixgbe", Run("status").Output.Split('\n').Single(static l => l.StartsWith(Nic, StringComparison.Ordinal)));

        (exit, output, errors) = Run("restore", Nic);
        Assert.Equal((0, ""), (exit, errors));
        Assert.Equal($"{Nic}: given back to ixgbe\n", output);
        Assert.Equal("ixgbe", Driver(Nic));
        Assert.Equal("", File.ReadAllText(Sys($"bus/pci/devices/{Nic}/driver_override")).Trim());
        Assert.Contains("nothing to give back", Run("restore", Nic).Output);
    }

    [Fact]
    public void A_NIC_without_a_driver_comes_back_without_one()
    {
        AddNic(Other, null, null, group: 8);
        Assert.Equal(0, Run("bind", Other).Exit);
        Assert.Equal("vfio-pci", Driver(Other));
        Assert.Equal(0, Run("restore", Other).Exit);
        Assert.Null(Driver(Other));
    }

    [Theory]
    [InlineData("routes", "default via 192.0.2.254 dev eth1 proto static\n", "eth1 carries the default route")]
    [InlineData("address.eth1", "3: eth1    inet 192.0.2.7/24 brd 192.0.2.255 scope global eth1\n", "eth1 has the address 192.0.2.7/24")]
    [InlineData("sys/class/net/eth1/upper_vlan5", "", "vlan5 stands on eth1")]
    [InlineData("sys/class/net/eth1/master", "", "eth1 belongs to")]
    public void A_NIC_in_use_is_refused(string file, string text, string why)
    {
        File.WriteAllText(Path.Combine(root.FullName, file), text);
        foreach (var arguments in (string[][])[["bind", Nic], ["--dry-run", "bind", "eth1"]])
        {
            var (exit, _, errors) = Run(arguments);
            Assert.Equal(1, exit);
            Assert.Contains(why, errors);
            Assert.Equal("ixgbe", Driver(Nic));
        }
    }

    // With a default route of each IP version, and more routes than a pipe holds.
    [Theory]
    [InlineData("eth1", "eth9")]
    [InlineData("eth9", "eth1")]
    [InlineData("eth1", "eth1")]
    public void A_NIC_with_one_of_several_default_routes_is_refused(string four, string six)
    {
        File.WriteAllText(Path.Combine(root.FullName, "routes"), $"default via 192.0.2.254 dev {four} proto static\n");
        File.WriteAllText(
            Path.Combine(root.FullName, "routes6"),
            $"default via fe80::1 dev {six} metric 1024 pref medium\n" + string.Concat(Enumerable.Repeat("default via fe80::2 dev eth8 metric 2048 pref medium\n", 3000)));
        var (exit, _, errors) = Run("bind", Nic);
        Assert.Equal(1, exit);
        Assert.Contains("eth1 carries the default route", errors);
        Assert.Equal("ixgbe", Driver(Nic));
    }

    [Fact]
    public void Nothing_is_touched_when_one_of_several_is_unknown()
    {
        var (exit, _, errors) = Run("bind", Nic, "eth77");
        Assert.Equal(1, exit);
        Assert.Contains("'eth77' is neither a PCI address nor an interface", errors);
        Assert.Equal("ixgbe", Driver(Nic));
        Assert.Contains("no PCI device 0000:05:00.0", Run("bind", "05:00.0").Errors);
    }

    [Fact]
    public void Without_an_IOMMU_it_says_what_to_do()
    {
        AddNic(Other, "i40e", "eth2", group: null);
        var (exit, _, errors) = Run("bind", Other);
        Assert.Equal(1, exit);
        Assert.Contains("intel_iommu=on", errors);
        Assert.Equal("i40e", Driver(Other));
        Assert.Equal(0, Run("--no-iommu", "bind", Other).Exit);
        Assert.Equal("vfio-pci", Driver(Other));
        Assert.Equal("Y", File.ReadAllText(Sys("module/vfio/parameters/enable_unsafe_noiommu_mode")).Trim());
    }

    [Fact]
    public void A_group_is_taken_as_a_whole()
    {
        AddNic(Other, "i40e", "eth2", group: 7);
        var (exit, _, errors) = Run("bind", Nic);
        Assert.Equal(1, exit);
        Assert.Contains($"IOMMU group 7 also has {Other} (driver i40e)", errors);
    }

    [Fact]
    public void A_driver_that_DPDK_shares_stays()
    {
        AddNic(Other, "mlx5_core", "eth2", group: 8);
        Assert.Contains("nothing to bind", Run("bind", "eth2").Output);
        Assert.Equal("mlx5_core", Driver(Other));
    }

    [Fact]
    public void A_NIC_that_vfio_refuses_is_given_back()
    {
        File.WriteAllText(Sys($"bus/pci/devices/{Nic}/refuses"), "vfio-pci");
        var (exit, _, errors) = Run("bind", Nic);
        Assert.Equal(1, exit);
        Assert.Contains("was given back to ixgbe", errors);
        Assert.Equal("ixgbe", Driver(Nic));
    }

    [Fact]
    public void Dry_run_says_and_changes_nothing()
    {
        Assert.Equal($"{Nic}: would bind to vfio-pci (now ixgbe)\n", Run("--dry-run", "bind", "eth1").Output);
        Assert.Equal("ixgbe", Driver(Nic));
        Assert.False(Directory.Exists(Path.Combine(root.FullName, "state")));
    }

    [Theory]
    [InlineData("bind")]
    [InlineData("take", Nic)]
    [InlineData("--quickly", "bind", Nic)]
    [InlineData("status", Nic)]
    public void Bad_usage_is_told_from_failure(params string[] arguments) => Assert.Equal(2, Run(arguments).Exit);

    public void Dispose()
    {
        stop = true;
        kernel.Join();
        root.Delete(true);
    }

    private string Sys(string path) => Path.Combine(root.FullName, "sys", path);

    private string? Driver(string address) =>
        new DirectoryInfo(Sys($"bus/pci/devices/{address}/driver")).LinkTarget is { } target ? Path.GetFileName(target) : null;

    private void AddNic(string address, string? driver, string? name, int? group)
    {
        var device = Directory.CreateDirectory(Sys($"bus/pci/devices/{address}")).FullName;
        File.WriteAllText(Path.Combine(device, "class"), "0x020000\n");
        File.WriteAllText(Path.Combine(device, "driver_override"), "");
        if (driver is not null)
        {
            Link(device, driver);
        }

        if (group is { } number)
        {
            var folder = Directory.CreateDirectory(Sys($"kernel/iommu_groups/{number}/devices")).Parent!.FullName;
            File.CreateSymbolicLink(Path.Combine(device, "iommu_group"), folder);
            File.CreateSymbolicLink(Path.Combine(folder, "devices", address), device);
        }

        if (name is not null)
        {
            Directory.CreateDirectory(Path.Combine(device, "net", name));
            Directory.CreateDirectory(Sys($"class/net/{name}"));
            File.CreateSymbolicLink(Sys($"class/net/{name}/device"), device);
        }
    }

    // The driver's folder has a file to take devices away by.
    private void Link(string device, string driver)
    {
        var folder = Directory.CreateDirectory(Sys($"bus/pci/drivers/{driver}")).FullName;
        File.CreateSymbolicLink(Path.Combine(device, "driver"), folder);
    }

    // Unbinds what is written to a driver's "unbind", and binds what is written to "drivers_probe" to the driver that its override names.
    private void Kernel()
    {
        while (!stop)
        {
            foreach (var driver in Directory.EnumerateDirectories(Sys("bus/pci/drivers")))
            {
                if (Take(Path.Combine(driver, "unbind")) is { } address)
                {
                    File.Delete(Sys($"bus/pci/devices/{address}/driver"));
                }
            }

            if (Take(Sys("bus/pci/drivers_probe")) is { } probed)
            {
                var device = Sys($"bus/pci/devices/{probed}");
                var driver = File.ReadAllText(Path.Combine(device, "driver_override")).Trim();
                var refuses = Path.Combine(device, "refuses");
                if (driver.Length > 0 && !(File.Exists(refuses) && File.ReadAllText(refuses) == driver))
                {
                    Link(device, driver);
                }
            }

            Thread.Sleep(5);
        }
    }

    private static string? Take(string file)
    {
        if (!File.Exists(file) || File.ReadAllText(file).Trim() is not { Length: > 0 } text)
        {
            return null;
        }

        File.Delete(file);
        return text;
    }

    private (int Exit, string Output, string Errors) Run(params string[] arguments)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "NvgreGateway.sln")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd('/')) ?? throw new InvalidOperationException("the tests run outside the source tree");
        }

        var start = new ProcessStartInfo(Path.Combine(folder, "scripts/bind-nic.sh"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["BIND_NIC_ROOT"] = root.FullName,
                ["BIND_NIC_STATE"] = Path.Combine(root.FullName, "state"),
                ["PATH"] = $"{root.FullName}/tools:{Environment.GetEnvironmentVariable("PATH")}",
            },
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }
}
