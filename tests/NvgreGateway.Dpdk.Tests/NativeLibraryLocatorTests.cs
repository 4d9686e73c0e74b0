namespace NvgreGateway.Dpdk.Tests;

public sealed class NativeLibraryLocatorTests
{
    [Fact]
    public void Missing_library_names_packages_and_the_build()
    {
        var refusal = Assert.Throws<DllNotFoundException>(() => NativeLibraryLocator.Load(["/nonexistent/libnvgre_shim.so"]));
        Assert.Contains("/nonexistent/libnvgre_shim.so", refusal.Message);
        Assert.Contains("apt-get install dpdk libdpdk-dev", refusal.Message);
        Assert.Contains("cmake -S . -B build && cmake --build build", refusal.Message);
        Assert.Contains("NVGRE_GATEWAY_NATIVE", refusal.Message);
    }

    [Fact]
    public void Library_that_does_not_load_says_why()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "this is no shared object");
            var refusal = Assert.Throws<DllNotFoundException>(() => NativeLibraryLocator.Load([file]));
            Assert.StartsWith($"{file} cannot be loaded", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("apt-get install dpdk libdpdk-dev", refusal.Message);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Override_is_the_only_place_looked_at()
    {
        Assert.Equal(["/opt/shim.so"], NativeLibraryLocator.Candidates("/opt/shim.so", "/usr/lib/gateway"));
        Assert.Equal([Path.Combine(Path.GetTempPath(), "libnvgre_shim.so")], NativeLibraryLocator.Candidates(Path.GetTempPath(), "/usr/lib/gateway"));
    }

    [Fact]
    public void Build_folder_of_the_source_tree_is_found_from_below()
    {
        var root = Directory.CreateTempSubdirectory("nvgre-dpdk-tests-");
        try
        {
            File.WriteAllText(Path.Combine(root.FullName, "CMakeLists.txt"), "");
            var program = root.CreateSubdirectory("src/x/bin").FullName + "/";
            Assert.Equal(
                [Path.Combine(program, "libnvgre_shim.so"), Path.Combine(root.FullName, "build/libnvgre_shim.so")],
                NativeLibraryLocator.Candidates(null, program));
        }
        finally
        {
            root.Delete(true);
        }
    }
}
