namespace NvgreGateway.Tests.Conformance;

/// <summary>Where things are in the source tree.</summary>
internal static class Tree
{
    /// <summary>The root: the folder of the solution above the test assembly.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The conformance suite.</summary>
    public static string Conformance => Path.Combine(Root, "tests", "conformance");

    /// <summary>The folder of a conformance case.</summary>
    public static string Case(string name) => Path.Combine(Conformance, "cases", name);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "NvgreGateway.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("the tests run outside their source tree");
    }
}
